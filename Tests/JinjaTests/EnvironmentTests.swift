// SPDX-License-Identifier: GPL-3.0-or-later

import Jinja
import Testing

/// What a host can add, and how values come and go.
@Suite struct EnvironmentTests {
    private struct Refusal: Error, CustomStringConvertible { let description = "no such thing" }

    @Test func hostsAddFiltersTestsAndGlobals() throws {
        let environment = JinjaEnvironment(
            loader: [:] as DictionaryLoader,
            filters: [
                "twice": { values in .string((values[0].stringValue ?? "") + (values[0].stringValue ?? "")) },
                "plus": { values in .int((values[0].intValue ?? 0) + (values[1].intValue ?? 0)) },
                "upper": { _ in "replaced" },
                "fails": { _ in throw Refusal() },
            ],
            tests: ["long": { values in .bool((values[0].stringValue ?? "").utf8.count > 3) }],
            globals: ["version": "1.2", "add": .function("add") { .int($0.reduce(0) { $0 + ($1.intValue ?? 0) }) }])
        func render(_ source: String, _ variables: [String: JinjaValue] = [:]) throws -> String {
            String(decoding: try environment.template(source: source).render(variables), as: UTF8.self)
        }
        #expect(try render("{{ 'ab'|twice }} {{ 1|plus(2) }} {{ 'x'|upper }} {{ ['a', 'b']|map('twice')|join }}") == "abab 3 replaced aabb")
        #expect(try render("{{ 'abcd' is long }} {{ ['abcd', 'a']|select('long')|list }} {{ 'long' is test }}") == "True ['abcd'] True")
        #expect(try render("{{ version }} {{ add(1, 2, 3) }} {{ add is callable }}") == "1.2 6 True")
        #expect(try render("{{ version }}", ["version": "own"]) == "own")
        let error = try #require(throws: JinjaRenderError.self) { try render("{{ 1|fails }}") }
        #expect(error.code == .host)
        #expect(error.message.contains("no such thing"))
        #expect(throws: JinjaSyntaxError.self) { try render("{{ 1|plus(other=2) }}") }
    }

    @Test func contextsAreReusedAndCopied() throws {
        let template = try JinjaEnvironment(loader: [:] as DictionaryLoader).template(source: "{{ a }}{{ b }}{% set a = 5 %}{{ a }}")
        let base = JinjaContext(["a": 1, "b": 2])
        var other = base
        other["b"] = 3
        #expect(try template.render(base) == Array("125".utf8))
        #expect(try template.render(other) == Array("135".utf8))
        #expect(try template.render(base) == Array("125".utf8))
    }

    @Test func valuesAreReadBack() throws {
        let value: JinjaValue = ["list": [1, 2.5, "x", true], "name": "n"]
        #expect(value.dictValue?["list"]?.listValue?.count == 4)
        #expect(value.dictValue?["name"]?.stringValue == "n")
        #expect(value.dictValue?.keys.compactMap(\.stringValue) == ["list", "name"])
        var dict = try #require(value.dictValue)
        dict["name"] = nil
        dict["more"] = .null
        #expect(dict.keys.compactMap(\.stringValue) == ["list", "more"])
        #expect(value.dictValue?.count == 2)
    }

    @Test func largeDictionariesFindTheirKeys() {
        var dict = JinjaDict()
        for number in 0..<2_000 { dict["key\(number)"] = .int(number) }
        for number in stride(from: 0, to: 2_000, by: 2) { if number % 200 == 0 { dict["key\(number)"] = nil } }
        #expect(dict.count == 1_990)
        for number in 0..<2_000 { #expect(dict["key\(number)"]?.intValue == (number % 200 == 0 ? nil : number)) }
        #expect(dict["absent"]?.intValue == nil)
    }

    @Test func canonicallyEqualTextsAreDifferentKeys() throws {
        let context: [String: JinjaValue] = ["d": .dict(JinjaDict([("\u{E9}", 1), ("e\u{301}", 2)]))]
        let source = "{{ d['\\u00e9'] }}{{ d['e\\u0301'] }}{{ '\\u00e9' == 'e\\u0301' }}{{ 'e\\u0301'|length }}"
        let bytes = try JinjaEnvironment(loader: [:] as DictionaryLoader).template(source: source).render(context)
        #expect(String(decoding: bytes, as: UTF8.self) == "12False2")
    }

    @Test func deepContextsAreRefused() throws {
        var value: JinjaValue = 1
        for _ in 0..<200 { value = .list([value]) }
        let template = try JinjaEnvironment(loader: [:] as DictionaryLoader).template(source: "{{ v }}")
        let error = try #require(throws: JinjaRenderError.self) { try template.render(["v": value]) }
        #expect(error.code == .limit)
    }

    @Test(arguments: ["", "{", "[1,", "{\"a\" 1}", "\"\\ud800\"", "nul", "1 2", "\"\n\"", "[1}", "-", "{\"a\":}", "12345678901234567890"])
    func brokenJSONIsRefused(_ text: String) {
        #expect(throws: JinjaJSONError.self) { try JinjaValue(json: Array(text.utf8)) }
    }

    @Test func jsonIsReadInOrder() throws {
        let text = #"{"b": [1, -2, 1.5, 1e3, 1234567890123456789e1], "a": {"é\u00e9\ud83d\ude00\n": null}, "c": [true, false]}"#
        let value = try JinjaValue(json: Array(text.utf8))
        let bytes = try JinjaEnvironment(loader: [:] as DictionaryLoader).template(source: "{{ v }}").render(["v": value])
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == #"{'b': [1, -2, 1.5, 1000.0, 1.2345678901234567e+19], 'a': {'éé😀\n': None}, 'c': [True, False]}"#)
    }

    @Test func renderingsMayRunAtTheSameTime() async throws {
        let environment = JinjaEnvironment(
            loader: DictionaryLoader([
                "main":
                    "{% include 'inc' %}{% set ns = namespace(n=0) %}{% for i in range(50) %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}",
                "inc": "{{ v }};",
            ]))
        let template = try environment.template(named: "main")
        await withTaskGroup(of: Bool.self) { group in
            for number in 0..<50 {
                group.addTask { (try? template.render(["v": .int(number)])) == Array("\(number);1225".utf8) }
            }
            for await isRight in group { #expect(isRight) }
        }
    }
}
