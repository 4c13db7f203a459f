// SPDX-License-Identifier: GPL-3.0-or-later

import Jinja
import Testing

/// What can be told of a template from its source alone.
@Suite("Surveys of templates")
struct SurveyTests {
    private func paths(_ source: String) throws -> [String] {
        try TemplateSurvey(of: source).variables.map { $0.path.joined(separator: ".") }
    }

    @Test("Variables are told with the members that are read", arguments: [
        ("{{ a.b.c }}{{ a['d'] }}{{ a[e] }}{{ a[0].f }}", ["a.b.c", "a.d", "a.*", "e", "a.*.f"]),
        ("{% for l in lines %}{{ l.x }}{{ loop.index }}{% endfor %}{{ l }}", ["lines", "lines.*.x", "l"]),
        ("{% for k, v in d.items() %}{{ k }}{{ v.x }}{% endfor %}", ["d"]),
        ("{% set m = model %}{{ m.name }}{% set n = 1 %}{{ n }}", ["model", "model.name"]),
        ("{% macro f(a, b=c) %}{{ a }}{{ b }}{{ later }}{{ free }}{{ caller() }}{% endmacro %}{% set later = 1 %}{{ f(1) }}", ["c", "free"]),
        ("{% set x %}{{ y }}{% endset %}{{ x }}{% with z = w %}{{ z.q }}{% endwith %}", ["y", "w", "w.q"]),
        ("{% if a is defined and b|default('c') %}{{ d ~ e }}{% endif %}", ["a", "b", "d", "e"]),
        ("{% import 'm' as m %}{{ m.f(g) }}{% from 'm' import f as h %}{{ h(i) }}{{ range(3) }}{{ namespace() }}", ["g", "i"]),
        ("{% block b %}{{ super() }}{{ self.b() }}{{ v }}{% endblock %}", ["v"]),
        ("{% call(u) f() %}{{ u }}{% endcall %}{% filter upper %}{{ t }}{% endfilter %}", ["f", "t"]),
        ("{% for i in a if i.b recursive %}{{ loop(i.c) }}{% else %}{{ i }}{% endfor %}", ["a", "a.*.b", "a.*.c", "i"]),
    ])
    func variables(source: String, expected: [String]) throws {
        #expect(try paths(source) == expected)
    }

    @Test("Other templates and filters are told with their places")
    func references() throws {
        let survey = try TemplateSurvey(
            of: """
                {% extends "base.j2" %}
                {% include ["a.j2", "b.j2"] ignore missing %}{% include name %}
                {% import "m.j2" as m %}{{ x | from_table('modes') | safe }}{% autoescape false %}{% endautoescape %}
                """)
        #expect(survey.references.map(\.names) == [["base.j2"], ["a.j2", "b.j2"], [], ["m.j2"]])
        #expect(survey.references.map(\.isOptional) == [false, true, false, false])
        #expect(survey.references.map(\.kind) == [.extends, .include, .include, .import])
        #expect(survey.references.map(\.place.line) == [1, 2, 2, 3])
        #expect(survey.filters.map(\.name) == ["safe", "from_table"])
        #expect(survey.filters.last?.arguments == ["modes"])
        #expect(survey.autoescapes.map(\.line) == [3])
        #expect(survey.assigned == ["m"])
    }

    @Test("A wrong source is refused with its place")
    func faults() {
        let error = #expect(throws: JinjaSyntaxError.self) { try TemplateSurvey(of: "a\n{% if %}", name: "t.j2") }
        #expect(error?.description.hasPrefix("t.j2:2:") == true)
    }
}
