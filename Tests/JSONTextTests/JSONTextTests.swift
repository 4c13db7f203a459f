// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import Testing

@Suite("JSON texts")
struct JSONTextTests {
    @Test(
        "A text that is read and written again is the same",
        arguments: [
            "null", "true", "-12", "0", "1.5", "\"\"", "[]", "{}", "[1,[2,[3]],{}]", #"{"b":1,"a":{"z":null,"y":"é\n\"\\"}}"#,
            "9223372036854775807", "-9223372036854775808", #"{"parent_ids":["base"],"raw_config":{}}"#,
        ])
    func roundTrip(_ text: String) throws {
        #expect(try JSONValue(parsing: text).text() == text)
    }

    @Test(
        "What is not JSON is refused",
        arguments: [
            "", " ", "nul", "tru", "[1,]", "[1", "{\"a\"}", "{\"a\":}", "{a:1}", "01", "1.", "-", "1e", "\"\u{1}\"", "\"\\x\"", "\"\\ud800\"",
            "\"\\ud800\\u0041\"", "\"abc", "[1] 2", "1e999", "{\"a\":1,}", "'a'", "+1",
        ])
    func refuses(_ text: String) {
        #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: text) }
    }

    @Test func everyPrefixOfADocumentIsRefusedOrRead() throws {
        let document = Array(#"{"a":[1,2.5e3,true,null,"x\u00e9\ud83d\ude00"],"b":{"c":"d"}}"#.utf8)
        for length in 0..<document.count {
            #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: document.prefix(length)) }
        }
        #expect(try JSONValue(parsing: document)["a"]?.array?.last?.string == "xé😀")
    }

    @Test func randomBytesNeverTrap() {
        var generator = SystemRandomNumberGenerator()
        let alphabet = Array("{}[]\",:\\u0123456789eE+-.truefalsn \n\u{80}".utf8)
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0..<40, using: &generator)).map { _ in alphabet.randomElement(using: &generator) ?? 0 }
            _ = try? JSONValue(parsing: bytes)
        }
    }

    @Test func deepNestingIsRefused() {
        let text = String(repeating: "[", count: 100_000)
        #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: text) }
    }

    @Test func integersStayIntegersAndLargeOnesBecomeDoubles() throws {
        #expect(try JSONValue(parsing: "5060").int == 5060)
        #expect(try JSONValue(parsing: "9223372036854775808") == .double(9_223_372_036_854_775_808))
    }

    @Test func asciiOnlyEscapesEverythingElse() {
        #expect(JSONValue.string("é😀").text(.asciiOnly) == #""\u00e9\ud83d\ude00""#)
    }

    @Test func objectsKeepOrderAndMergeByMember() {
        let below: JSONObject = ["a": 1, "lines": ["1": ["username": "x", "number": "5"]]]
        let above: JSONObject = ["lines": ["1": ["username": "y"]], "b": nil]
        let merged = below.merged(with: above)
        #expect(merged.keys == ["a", "lines", "b"])
        #expect(JSONValue.object(merged).text() == #"{"a":1,"lines":{"1":{"username":"y","number":"5"}},"b":null}"#)
        #expect(merged["b"] == JSONValue.null)
    }

    @Test("Objects of any size keep their order, find their members and lose them", arguments: [0, 1, 15, 16, 17, 18, 100])
    func sizes(count: Int) {
        var object = JSONObject((0..<count).map { ("m\($0)", .int($0)) })
        #expect(object.keys == (0..<count).map { "m\($0)" } && object.count == count)
        #expect((0..<count).allSatisfy { object["m\($0)"] == .int($0) } && object["m\(count)"] == nil)
        let backwards = JSONObject((0..<count).reversed().map { ("m\($0)", .int($0)) })
        #expect(object == backwards && object.hashValue == backwards.hashValue)
        if count > 0 { object["m0"] = "other" }
        #expect(count == 0 || object != backwards)
        for number in stride(from: 0, to: count, by: 2) { object["m\(number)"] = nil }
        #expect(object.keys == stride(from: 1, to: count, by: 2).map { "m\($0)" })
        object["new"] = true
        #expect(object.keys.last == "new" && object["new"] == true && object["m0"] == nil)
        #expect(stride(from: 1, to: count, by: 2).allSatisfy { object["m\($0)"] == .int($0) })
    }

    @Test("A text with nothing to escape is written as one that has", arguments: ["", "plain", "é", "\u{7F}", "a\"b", "\\", "\n", "\u{1}", "😀x"])
    func texts(text: String) throws {
        for options in [JSONValue.WritingOptions(), .asciiOnly] {
            let written = JSONValue.string(text).serialized(options)
            #expect(try JSONValue(parsing: written) == .string(text))
            #expect(!options.contains(.asciiOnly) || written.allSatisfy { (0x20...0x7E).contains($0) })
        }
    }
}
