// SPDX-License-Identifier: GPL-3.0-or-later

import Jinja
import PluginAuthoring
import Testing

/// Templates rendered by themselves, as Jinja2 renders them.
@Suite("Lone templates")
struct LoneTemplateTests {
    private func render(_ files: [String: String], folders: [String] = [], context: String = "{}") throws -> String {
        try WorkFolder.with(files) { folder in
            let template = try LoneTemplate(path: folder.path + "/main.j2", folders: folders.map { folder.path + "/" + $0 })
            return String(decoding: try template.render(context: Array(context.utf8)), as: UTF8.self)
        }
    }

    private func complaint(_ files: [String: String], context: String = "{}") -> String {
        let error = #expect(throws: AuthoringError.self) { try render(files, context: context) }
        return error?.description ?? ""
    }

    @Test("Values are not escaped, undefined ones print as nothing, and the last line feed goes")
    func defaults() throws {
        #expect(try render(["main.j2": "{{ a }}|{{ b }}|{{ c.d }}\n"], context: #"{"a": "<&\"'>", "c": {}}"#) == "<&\"'>||")
    }

    @Test("Other templates are looked for in the folders in their order, else beside the template")
    func folders() throws {
        let files = [
            "main.j2": "{% extends 'base.j2' %}{% block b %}{% include 'x/part.j2' %}{% endblock %}", "one/base.j2": "1{% block b %}{% endblock %}",
            "two/base.j2": "2", "two/x/part.j2": "part", "base.j2": "0",
        ]
        #expect(try render(files, folders: ["one", "two"]) == "1part")
        #expect(try render(files, folders: ["two", "one"]) == "2")
        #expect(try render(files) == "0")
    }

    @Test("A template can be named by its name in the folders, too")
    func named() throws {
        try WorkFolder.with(["in/t.j2": "found"]) { folder in
            let template = try LoneTemplate(path: "t.j2", folders: [folder.path + "/in"])
            #expect(try template.render() == Array("found".utf8))
        }
    }

    @Test("Names do not lead out of the folders")
    func escape() {
        #expect(complaint(["main.j2": "{% include '../main.j2' %}"]).contains("'../main.j2' was not found"))
    }

    @Test("Faults name file, line and column")
    func places() {
        #expect(complaint(["main.j2": "a\n {% fi %}"]).hasSuffix("/main.j2:2:5: the tag 'fi' is not known"))
        #expect(complaint(["main.j2": "\n{% include 'p.j2' %}", "p.j2": "{{ a.b }}"]).contains("/p.j2:1:"))
        #expect(complaint(["main.j2": "{{ 1"]).contains("/main.j2:1:"))
        #expect(complaint(["main.j2": "x"], context: "[]").contains("no JSON object"))
        #expect(complaint(["main.j2": "x"], context: "{").contains("not JSON"))
        #expect(complaint([:]).contains("/main.j2 cannot be read"))
    }

    @Test(
        "Templates made to exhaust the machine are stopped, and told why",
        arguments: [
            "{% for i in range(1000000000) %}x{% endfor %}",
            "{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}",
            "{% set x = 'a' * 1000000 %}{% for i in range(1100) %}{{ x }}{% endfor %}",
            "{% set ns = namespace(x='aaaaaaaa') %}{% for i in range(60) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}{{ ns.x }}",
            "{% include 'main.j2' %}", "{% extends 'main.j2' %}", "{% include 'twice.j2' %}",
            "{% macro f(n) %}{{ f(n) }}{% endmacro %}{{ f(0) }}", "{{ 'a'|center(10000000000) }}", "{{ '%999999999d' % 1 }}",
        ])
    func hostile(source: String) throws {
        try WorkFolder.with(["main.j2": source, "twice.j2": "{% if n is not defined %}x{% endif %}{% include 'twice.j2' %}{% include 'twice.j2' %}"]) { folder in
            let template = try LoneTemplate(path: folder.path + "/main.j2")
            // A tenth of what authors have, so that the test is quick.
            let limits = RenderLimits(steps: 200_000, callDepth: 100, outputBytes: 1 << 20, stringBytes: 1 << 20, valueBytes: 16 << 20)
            let error = #expect(throws: AuthoringError.self) { try template.render(limits: limits) }
            #expect(error?.description.contains("correct the template") == true)
        }
    }
}
