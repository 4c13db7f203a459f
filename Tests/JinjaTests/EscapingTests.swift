// SPDX-License-Identifier: GPL-3.0-or-later

import Jinja
import Testing

/// Values cannot break out of their place in a format.
@Suite struct EscapingTests {
    /// A key=value file, in which a line feed would begin another key.
    private static let keyValue = JinjaEscaping.custom { text, output throws(RefusedValue) in
        for byte in text.utf8 {
            if byte == 0x0A || byte == 0x0D || byte == 0 { throw RefusedValue("a line feed or NUL would end the value") }
            output.append(byte)
        }
    }

    private func render(_ source: String, _ variables: [String: JinjaValue], _ escaping: JinjaEscaping) throws -> String {
        let environment = JinjaEnvironment(loader: [:] as DictionaryLoader)
        return String(decoding: try environment.template(source: source, name: "t").render(variables, escaping: escaping), as: UTF8.self)
    }

    @Test func refusedValuesNameTheirExpression() throws {
        #expect(try render("a = {{ user.name }}\n", ["user": ["name": "x & <y>"]], Self.keyValue) == "a = x & <y>")
        let error = try #require(throws: JinjaRenderError.self) {
            try render("a = 1\nb = {{ user.name|upper }}", ["user": ["name": "x\nadmin = 1"]], Self.keyValue)
        }
        #expect(error.code == .refusedValue)
        #expect(error.line == 2)
        #expect(error.message.contains("'user.name|upper'"))
        #expect(error.message.contains("line feed"))
    }

    @Test func concatenationMacrosAndBlocksCannotHideAValue() throws {
        let value: [String: JinjaValue] = ["v": "a\nb"]
        for source in [
            "{{ 'x' ~ v }}", "{{ ('x'|safe) ~ v }}", "{{ [v]|join(',') }}", "{% macro m(x) %}{{ x }}{% endmacro %}{{ m(v) }}",
            "{% set x %}{{ v }}{% endset %}{{ x }}", "{% filter upper %}{{ v }}{% endfilter %}", "{{ v if true }}", "{{ v|e }}",
            "{{ '%s'|format(v) }}", "{{ ('%s'|safe)|format(v) }}", "{% block b %}{{ v }}{% endblock %}", "{{ v|default('x') }}",
            "{{ ('{}'|safe).format(v) }}", "{{ v.upper() }}", "{{ ('a'|safe) + v }}", "{{ ('ab'|safe).replace('a', v) }}",
        ] {
            let error = try #require(throws: JinjaRenderError.self, "\(source)") { try render(source, value, Self.keyValue) }
            #expect(error.code == .refusedValue, "\(source): \(error)")
        }
        #expect(try render("{{ v|safe }}\n{# text is never escaped #}&", value, Self.keyValue) == "a\nb\n&")
    }

    @Test func allButIntegersGoesThroughTheFormat() throws {
        let quoted = JinjaEscaping.custom { text, output throws(RefusedValue) in output.append(contentsOf: "<\(text)>".utf8) }
        #expect(try render("{{ 1 }}{{ none }}{{ 1.5 }}{{ [1] }}{{ true }}", [:], quoted) == "1<None><1.5><[1]><True>")
    }

    @Test func xmlRefusesWhatXMLCannotHold() throws {
        #expect(try render("<a>{{ v }}</a>", ["v": "<&>'\"\t\n"], .xml) == "<a>&lt;&amp;&gt;&#39;&#34;\t\n</a>")
        #expect(try render("{{ v }}", ["v": "\u{1}"], .html) == "\u{1}")
        for text in ["\u{0}", "\u{1}", "\u{B}", "\u{1F}", "\u{FFFE}", "\u{FFFF}"] {
            let error = try #require(throws: JinjaRenderError.self) { try render("{{ v }}", ["v": .string(text)], .xml) }
            #expect(error.code == .refusedValue)
        }
        #expect(try render("{{ v }}", ["v": "é\u{FFFD}😀"], .xml) == "é\u{FFFD}😀")
    }

    @Test func autoescapeBlocksTurnTheFormatOff() throws {
        #expect(try render("{% autoescape false %}{{ v }}{% endautoescape %}{{ v }}", ["v": "<"], .html) == "<&lt;")
    }
}
