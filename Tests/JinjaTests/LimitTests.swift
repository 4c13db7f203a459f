// SPDX-License-Identifier: GPL-3.0-or-later

import Jinja
import Testing

/// Nothing that a template can write makes a rendering endless or large.
@Suite struct LimitTests {
    private func render(_ source: String, files: [String: String] = [:], limits: RenderLimits = RenderLimits()) throws -> String {
        let environment = JinjaEnvironment(loader: DictionaryLoader(files), options: JinjaOptions(allowsDo: true))
        let bytes = try environment.template(source: source).render(JinjaContext(), limits: limits)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(arguments: [
        "{% for i in range(10 ** 9) %}{% endfor %}",
        "{{ range(10 ** 9)|list }}",
        "{{ range(10 ** 9)|sum }}",
        "{{ 'x' * 10 ** 9 }}",
        "{{ 'x' * 9223372036854775807 }}",
        "{{ [1, 2] * 10 ** 9 }}",
        "{{ [1, 2] * 9223372036854775807 }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ '%.1000000000f' % 1 }}",
        "{{ '%*d' % (1000000000, 1) }}",
        "{{ '%99999999999999999999999d' % 1 }}",
        "{{ '{:1000000000}'.format(1) }}",
        "{{ '{:.1000000000f}'.format(1.0) }}",
        "{{ '{:{}}'.format(1, 1000000000) }}",
        "{{ 'x'.ljust(10 ** 9) }}",
        "{{ 'x'.zfill(10 ** 9) }}",
        "{{ 'x'|center(10 ** 9) }}",
        "{{ 'x\\n'|indent(10 ** 9) }}",
        "{{ [1]|batch(10 ** 9, 'x')|list }}",
        "{{ [1]|batch(9223372036854775807, 'x')|list }}",
        "{{ [1]|slice(10 ** 9)|list }}",
        "{{ [1]|tojson(indent=10 ** 9) }}",
        "{% for a in range(2000) %}{% for b in range(2000) %}{% endfor %}{% endfor %}",
        "{% for a in range(1000) %}{{ 'x' * 100000 }}{% endfor %}",
        "{% set ns = namespace(s='x') %}{% for i in range(100) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
        "{% set ns = namespace(s='x') %}{% for i in range(100) %}{% set ns.s = ns.s.replace('x', 'xx') %}{% endfor %}",
        "{% set ns = namespace(s=['x']) %}{% for i in range(100) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
        "{% set ns = namespace(s=[]) %}{% for i in range(100) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}",
        "{% set ns = namespace(s=[]) %}{% for i in range(40) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}{{ ns.s }}",
        "{% set ns = namespace(s=[]) %}{% for i in range(40) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}{{ ns.s == ns.s + [] }}{{ [ns.s] == [ns.s] }}",
        "{% set ns = namespace(s={}) %}{% for i in range(100000) %}{% set ns.s = {'a': ns.s} %}{% endfor %}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{% macro f() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}",
        "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(40) }}",
        "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
        "{% block a %}{{ self.a() }}{% endblock %}",
        "{% macro f() %}{% call f() %}{{ caller }}{% endcall %}{{ caller }}{% endmacro %}{{ f() }}",
    ])
    func refusesWhatTakesTooMuch(_ source: String) {
        expectLimit { _ = try render(source) }
    }

    @Test func refusesTemplatesThatIncludeThemselves() {
        let files = ["a": "{% include 'a' %}", "b": "{% include 'c' %}{% include 'c' %}", "c": "{% include 'b' %}{% include 'b' %}"]
        expectLimit { _ = try render("{% include 'a' %}", files: files) }
        expectLimit { _ = try render("{% include 'b' %}", files: files) }
    }

    @Test func refusesManyIncludesByTheirNumber() {
        var files = ["t0": "x"]
        for number in 1..<45 { files["t\(number)"] = "{% include 't\(number - 1)' %}{% include 't\(number - 1)' %}" }
        expectLimit { _ = try render("{% include 't44' %}", files: files) }
    }

    @Test func refusesTemplatesThatExtendOrImportEachOther() {
        let files = ["a": "{% extends 'b' %}", "b": "{% extends 'a' %}", "c": "{% import 'c' as c %}"]
        expectLimit { _ = try render("{% extends 'a' %}", files: files) }
        expectLimit { _ = try render("{% import 'c' as c %}", files: files) }
    }

    @Test func countsOutputOverCaptures() throws {
        let limits = RenderLimits(outputBytes: 100)
        expectLimit { _ = try render("{% for i in range(11) %}0123456789{% endfor %}", limits: limits) }
        expectLimit {
            _ = try render("{% for i in range(9) %}0123456789{% endfor %}{% set x %}01234567890123456789{% endset %}", limits: limits)
        }
        #expect(try render("{% for i in range(10) %}0123456789{% endfor %}", limits: limits).utf8.count == 100)
    }

    @Test(arguments: [
        "{{ " + String(repeating: "(", count: 10_000) + "1" + String(repeating: ")", count: 10_000) + " }}",
        "{{ " + String(repeating: "[", count: 10_000),
        "{{ " + String(repeating: "-", count: 10_000) + "1 }}",
        "{{ " + String(repeating: "not ", count: 10_000) + "1 }}",
        "{{ 1" + String(repeating: " + 1", count: 10_000) + " }}",
        "{{ a" + String(repeating: ".a", count: 10_000) + " }}",
        "{{ a" + String(repeating: "|e", count: 10_000) + " }}",
        "{{ a" + String(repeating: "()", count: 10_000) + " }}",
        "{{ 1" + String(repeating: " if 1 else 1", count: 10_000) + " }}",
        "{% for " + String(repeating: "(", count: 10_000) + "a",
        String(repeating: "{% if 1 %}", count: 10_000),
        String(repeating: "{% for a in b %}", count: 10_000),
    ])
    func refusesDeepSyntax(_ source: String) {
        #expect(throws: JinjaSyntaxError.self) { try JinjaEnvironment(loader: [:] as DictionaryLoader).template(source: source) }
    }

    @Test func longFlatTemplatesAreFine() throws {
        let chain = "{{ 1" + String(repeating: " ~ 1", count: 5_000) + " }}"
        #expect(try render(chain).utf8.count == 5_001)
        let branches = "{% if 0 %}" + String(repeating: "{% elif 0 %}", count: 50) + "{% else %}x{% endif %}"
        #expect(try render(branches) == "x")
    }

    @Test(arguments: [
        "{{ 9223372036854775807 + 1 }}", "{{ -9223372036854775807 - 2 }}", "{{ 9223372036854775807 * 2 }}", "{{ 10 ** 19 }}",
        "{{ 2 ** 63 }}", "{{ '99999999999999999999'|int }}", "{{ 1e30|int }}", "{{ (-9223372036854775807 - 1) // -1 }}",
        "{{ -(-9223372036854775807 - 1) }}", "{{ (-9223372036854775807 - 1)|abs }}", "{{ [9223372036854775807, 1]|sum }}",
        "{{ 9223372036854775807|round(-1) }}",
    ])
    func integersOutsideOfTheirRangeAreErrors(_ source: String) throws {
        let error = try #require(throws: JinjaRenderError.self) { try render(source) }
        #expect(error.code == .arithmetic)
    }

    @Test func integersAtTheEdgeOfTheirRangeDoNotTrap() throws {
        #expect(try render("{{ (-9223372036854775807 - 1) % -1 }}") == "0")
        #expect(try render("{{ [1, 2][9223372036854775807] }}{{ [1, 2][-9223372036854775807] }}").isEmpty)
        #expect(try render("{{ [1, 2][9223372036854775807:] }}{{ 'abc'[-9223372036854775807:2:9223372036854775807] }}") == "[]a")
        #expect(throws: JinjaRenderError.self) { try render("{{ range(-9223372036854775807, 9223372036854775807) }}") }
        #expect(try render("{{ 9223372036854775808.0 == 9223372036854775807 }}") == "False")
        #expect(try render("{{ 'abc'.replace('b', 'c', 9223372036854775807) }}") == "acc")
    }

    private func expectLimit(_ body: () throws -> Void, sourceLocation: SourceLocation = #_sourceLocation) {
        do {
            try body()
            Issue.record("nothing was refused", sourceLocation: sourceLocation)
        } catch let error as JinjaRenderError {
            #expect(error.code == .limit, "\(error)", sourceLocation: sourceLocation)
        } catch {
            Issue.record("\(error)", sourceLocation: sourceLocation)
        }
    }
}
