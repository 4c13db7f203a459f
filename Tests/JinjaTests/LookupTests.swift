// SPDX-License-Identifier: GPL-3.0-or-later

import Jinja
import Testing

/// Filters that look values up in tables.
@Suite struct LookupTests {
    private let environment = JinjaEnvironment(
        loader: [:] as DictionaryLoader,
        lookups: [
            "from_table": [
                "transport": ["udp": 0, "tcp": 1, "7": "seven", "True": "yes", "default": 9],
                "bare": ["udp": 0],
            ]
        ])

    private func render(_ source: String, _ variables: [String: JinjaValue] = [:]) throws -> String {
        String(decoding: try environment.template(source: source).render(variables), as: UTF8.self)
    }

    @Test(arguments: [("udp", "0"), ("tcp", "1"), (7, "seven"), (true, "yes"), ("tls", "9"), (.null, "9"), (1.5, "9")] as [(JinjaValue, String)])
    func entriesAreFoundByText(_ value: JinjaValue, _ expected: String) throws {
        #expect(try render("{{ v | from_table('transport') }}", ["v": value]) == expected)
        #expect(try render("{{ v | from_table(t) }}", ["v": value, "t": "transport"]) == expected)
    }

    @Test func aMissingEntryIsUndefined() throws {
        #expect(try render("{{ 'tls' | from_table('bare') }}{{ 'tls' | from_table('bare') is defined }}") == "False")
        #expect(try render("{{ 'tls' | from_table('bare') | default('none') }}") == "none")
    }

    @Test func anUnknownTableIsAnError() throws {
        #expect(throws: JinjaRenderError.self) { try render("{{ 'tls' | from_table('colours') }}") }
        #expect(throws: JinjaRenderError.self) { try render("{{ 'tls' | from_table(1) }}") }
        #expect(throws: JinjaRenderError.self) { try render("{{ 'tls' | from_table }}") }
    }
}

/// Stretches of template in which only numbers change are kept between renderings.
@Suite struct RunTests {
    private let source = """
        {% for m in range(first, last) %}{% for k in range(count) %}module.{{ m }}.key.{{ k }} = {{ m }}{{ k }}
        {% if k == odd %}{% set m = word %}changed {{ m }}.{{ k }}{% endif %}{% endfor %}{% endfor %}
        """

    private func expected(_ modules: Range<Int>, _ count: Int) -> String {
        modules.map { m in (0..<count).map { k in "module.\(m).key.\(k) = \(m)\(k)\n" }.joined() }.joined()
    }

    /// Numbers of any size, in any order, with the runs of earlier renderings at hand.
    @Test func twoCountersAreWrittenAsTheyAre() throws {
        let template = try JinjaEnvironment(loader: [:] as DictionaryLoader).template(source: source)
        for (modules, count) in [(1..<3, 4), (1..<3, 4), (0..<2, 60), (46..<50, 3), (-2..<2, 2), (2..<4, 5)] {
            let variables: [String: JinjaValue] = [
                "first": .int(modules.lowerBound), "last": .int(modules.upperBound), "count": .int(count), "odd": -1, "word": "w",
            ]
            #expect(String(decoding: try template.render(variables), as: UTF8.self) == expected(modules, count))
        }
    }

    @Test func aCounterThatBecomesTextIsWrittenAsText() throws {
        let template = try JinjaEnvironment(loader: [:] as DictionaryLoader).template(source: source)
        let variables: [String: JinjaValue] = ["first": 1, "last": 2, "count": 2, "odd": 1, "word": "<w>"]
        for _ in 0..<2 {
            let text = String(decoding: try template.render(variables), as: UTF8.self)
            #expect(text == "module.1.key.0 = 10\nmodule.1.key.1 = 11\nchanged <w>.1")
        }
    }

    @Test func namesThatALoopReadsAreThoseOfTheContext() throws {
        let environment = JinjaEnvironment(
            loader: ["inner": "{{ shared }}{{ x }};"] as DictionaryLoader)
        let source = "{% set x = 'a' %}{% for i in [1, 2] %}{% include 'inner' %}{% set x = 'b' %}{{ x }}{{ shared }}{% endfor %}{{ x }}"
        let text = String(decoding: try environment.template(source: source).render(["shared": "s"]), as: UTF8.self)
        #expect(text == "sa;bssa;bsa")
    }

    /// Integers that leave the range of 64 bits are refused, wherever they are computed.
    @Test(arguments: ["{{ a + 1 }}", "{{ (a * 2) | string }}", "{{ d[(a + 1) | string] }}", "{{ 0 - a - 2 }}"])
    func integersOutOfRangeAreRefused(_ source: String) throws {
        let template = try JinjaEnvironment(loader: [:] as DictionaryLoader).template(source: source)
        let error = #expect(throws: JinjaRenderError.self) { try template.render(["a": .int(.max), "d": ["1": 1]]) }
        #expect(error?.code == .arithmetic)
    }
}
