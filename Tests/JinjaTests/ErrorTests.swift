// SPDX-License-Identifier: GPL-3.0-or-later

import Jinja
import Testing

/// Errors say where and what.
@Suite struct ErrorTests {
    @Test(arguments: [
        ("a\n{{ 1 + }}", 2, 8, "an expression"),
        ("{% if x %}\nabc", 2, 4, "'endif'"),
        ("\n\n  {% foo %}", 3, 6, "'foo' is not known"),
        ("{{ a|nope }}", 1, 6, "no filter named 'nope'"),
        ("{{ a is nope }}", 1, 9, "no test named 'nope'"),
        ("é {{ 'abc }}", 1, 6, "not closed"),
        ("{{ a|upper(1) }}", 1, 6, "at most 0"),
        ("{{ a.__class__ }}", 1, 6, "internal"),
        ("{% for x in y %}{% endif %}", 1, 20, "'endif' is not known; 'endfor' or 'else'"),
        ("{{ 99999999999999999999 }}", 1, 4, "64-bit"),
        ("{# open", 1, 1, "'#}'"),
        ("{{ [1, 2) }}", 1, 9, "']'"),
        ("{{ 'a'|urlize }}", 1, 8, "no filter named 'urlize'"),
        ("{% block a %}{% endblock %}\n{% block a %}{% endblock %}", 2, 10, "defined twice"),
        ("{% set x.y.z = 1 %}", 1, 11, "'.'"),
    ])
    func syntaxErrorsHaveAPlace(_ source: String, line: Int, column: Int, text: String) throws {
        let environment = JinjaEnvironment(loader: DictionaryLoader(["t.j2": source]))
        let error = try #require(throws: JinjaError.self) { try environment.template(named: "t.j2") }
        guard case .syntax(let syntax) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(syntax.template == "t.j2")
        #expect(syntax.line == line, "\(syntax)")
        #expect(syntax.column == column, "\(syntax)")
        #expect(syntax.message.contains(text) || syntax.description.contains(text), "\(syntax)")
    }

    @Test func renderErrorsNameTheTemplateAndLine() throws {
        let environment = JinjaEnvironment(
            loader: DictionaryLoader([
                "main": "a\nb {% include 'inc' %}", "inc": "\n\n{{ user.name.first.second }}",
                "lib": "{% macro m(x) %}\n{{ x + 1 }}{% endmacro %}",
                "caller": "{% from 'lib' import m %}\n\n{{ m('a') }}",
            ]))
        let first = try #require(throws: JinjaRenderError.self) {
            try environment.template(named: "main").render(["user": ["name": "x"]])
        }
        #expect(first.template == "inc")
        #expect(first.line == 3)
        #expect(first.code == .undefined)
        #expect(first.message.contains("first"))
        let second = try #require(throws: JinjaRenderError.self) { try environment.template(named: "caller").render() }
        #expect(second.template == "lib")
        #expect(second.line == 2)
        #expect(second.code == .type)
    }

    @Test func missingTemplatesAreNamed() throws {
        let environment = JinjaEnvironment(loader: DictionaryLoader(["main": "\n{% include 'gone.j2' %}"]))
        #expect(throws: JinjaError.templateNotFound(name: "nope")) { try environment.template(named: "nope") }
        let error = try #require(throws: JinjaRenderError.self) { try environment.template(named: "main").render() }
        #expect(error.code == .templateNotFound)
        #expect(error.message.contains("gone.j2"))
        #expect(error.line == 2)
    }

    @Test func failuresOfLoadersAreCarried() throws {
        struct Broken: TemplateLoader {
            struct Failure: Error, CustomStringConvertible { let description = "the disk is gone" }
            func source(of name: String) throws -> String? { throw Failure() }
        }
        #expect(throws: JinjaError.loadFailed(name: "x", reason: "the disk is gone")) {
            try JinjaEnvironment(loader: Broken()).template(named: "x")
        }
    }
}
