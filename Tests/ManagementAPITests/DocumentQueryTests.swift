// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import JSONText
import Testing

@testable import ManagementAPI

@Suite("Selectors and other parameters of lists")
struct DocumentQueryTests {
    private let documents: [JSONObject] = [
        ["id": "a", "n": 1, "t": "apple", "l": ["x", "y"], "o": ["k": "v", "l": [["z": 1], ["z": 2]]]],
        ["id": "b", "n": 10, "t": "banana", "l": [], "null": nil, "o": [:]],
        ["id": "c", "n": 2.0, "t": "cherry", "yes": true],
        ["id": "d", "t": ""],
    ]

    private func ids(_ query: [String: String]) throws -> String {
        try DocumentQuery(query).answer(from: documents).compactMap { $0["id"]?.string }.joined()
    }

    @Test("A selector selects", arguments: [
        ("{}", "abcd"),
        (#"{"t":"apple"}"#, "a"),
        (#"{"t":"apple","n":1}"#, "a"),
        (#"{"t":"apple","n":2}"#, ""),
        (#"{"n":1.0}"#, "a"),
        (#"{"n":true}"#, "a"),
        (#"{"yes":1}"#, "c"),
        (#"{"n":2}"#, "c"),
        (#"{"n":"1"}"#, ""),
        (#"{"null":null}"#, "b"),
        (#"{"l":"x"}"#, ""),
        (#"{"l":["x","y"]}"#, "a"),
        (#"{"o":{}}"#, "b"),
        (#"{"o.k":"v"}"#, "a"),
        (#"{"o.l.z":2}"#, "a"),
        (#"{"o.l":[{"z":true},{"z":2.0}]}"#, "a"),
        (#"{"o.l.z.q":2}"#, ""),
        (#"{"t":{"$in":["apple","cherry"]}}"#, "ac"),
        (#"{"t":{"$nin":["apple","cherry"]}}"#, "bd"),
        (#"{"n":{"$nin":[1]}}"#, "bcd"),
        (#"{"n":{"$in":[true,2]}}"#, "ac"),
        (#"{"n":{"$ne":1}}"#, "bcd"),
        (#"{"n":{"$gt":1}}"#, "bc"),
        (#"{"n":{"$ge":1}}"#, "abc"),
        (#"{"n":{"$lt":2}}"#, "a"),
        (#"{"n":{"$le":2}}"#, "ac"),
        (#"{"n":{"$gt":1,"$lt":10}}"#, "c"),
        (#"{"t":{"$gt":"b"}}"#, "bc"),
        (#"{"t":{"$gt":1}}"#, ""),
        (#"{"t":{"$contains":"an"}}"#, "b"),
        (#"{"t":{"$contains":""}}"#, "abcd"),
        (#"{"l":{"$contains":"x"}}"#, "a"),
        (#"{"o":{"$contains":"k"}}"#, "a"),
        (#"{"n":{"$contains":1}}"#, ""),
        (#"{"null":{"$exists":true}}"#, "b"),
        (#"{"null":{"$exists":0}}"#, "acd"),
        (#"{"n":{"$exists":"yes"}}"#, "abc"),
    ])
    func selectors(selector: String, selected: String) throws {
        #expect(try ids(["q": selector]) == selected)
    }

    @Test("What is no selector is refused with a reason", arguments: [
        "", "{", "[]", "1", "null", #"{"a":{"$foo":1}}"#, #"{"a":{"$in":1}}"#, #"{"a":{"$nin":{}}}"#, #"{"a":{"$gt":1,"b":2}}"#, #"{"a":1"#,
    ])
    func wrongSelectors(selector: String) {
        let error = #expect(throws: APIError.self) { try DocumentQuery(["q": selector]) }
        #expect(error?.status == .badRequest)
        #expect(error?.field == "q")
    }

    @Test("q64 counts before q, also if it cannot be read")
    func base64() throws {
        #expect(try ids(["q64": "eyJ0IjoiYXBwbGUifQ==", "q": #"{"t":"banana"}"#]) == "a")
        #expect(throws: APIError.self) { try DocumentQuery(["q64": "!", "q": "{}"]) }
        #expect(throws: APIError.self) { try DocumentQuery(["q64": "ew=="]) }
    }

    @Test("Pages are cut", arguments: [
        (["skip": "1"], "bcd"), (["limit": "2"], "ab"), (["skip": "1", "limit": "2"], "bc"), (["limit": "0"], "abcd"),
        (["limit": "-1"], ""), (["skip": "-1"], "abcd"), (["skip": "9"], ""), (["limit": "x", "skip": "y"], "abcd"),
        (["skip": "99999999999999999999"], "abcd"), (["skip": "\(Int.max)", "limit": "\(Int.max)"], ""), (["reverse": "True", "X": "1"], "abcd"),
    ])
    func pages(query: [String: String], selected: String) throws {
        #expect(try ids(query) == selected)
    }

    @Test("Lists are sorted as texts, with what is missing first, and equal ones keep their order", arguments: [
        (["sort": "n"], "dabc"), (["sort": "n", "sort_ord": "DESC"], "cbad"), (["sort": "t"], "dabc"), (["sort": "o.k"], "bcda"),
        (["sort": "o.k", "sort_ord": "DESC"], "abcd"), (["sort": "n", "sort_ord": "desc"], "dabc"), (["sort": ""], "abcd"),
        (["sort": "n", "limit": "2"], "da"), (["sort": "t", "fields": "id"], "dabc"),
    ])
    func sorting(query: [String: String], selected: String) throws {
        #expect(try ids(query) == selected)
    }

    @Test("Texts that look alike but are written with other characters are sorted by these")
    func sortingOfCombiningCharacters() throws {
        let documents: [JSONObject] = [["id": "a", "t": "\u{E9}"], ["id": "b", "t": "f"], ["id": "c", "t": "e\u{301}"]]
        let sorted = try DocumentQuery(["sort": "t"]).answer(from: documents)
        #expect(sorted.compactMap { $0["id"]?.string } == ["c", "b", "a"])
    }

    @Test("Members are picked, the id always")
    func fields() throws {
        let first = [documents[0]]
        #expect(try DocumentQuery(["fields": "t,o.k,nothing,o.nothing"]).answer(from: first) == [["id": "a", "t": "apple", "o": ["k": "v"]]])
        #expect(try DocumentQuery(["fields": ""]).answer(from: first) == [["id": "a"]])
        #expect(try DocumentQuery(["fields": "t.x,l.x"]).answer(from: first) == [["id": "a"]])
    }

    @Test("A query is decoded as forms are, the first of several counts, and garbage stays what it is")
    func decoding() {
        #expect(
            APIRequest.parameters(ofQuery: "q=%7B%22a%22%3A+1%7D&x=1&x=2&y&=v&%6E=%C3%A9&bad=%zz&u=%ff&p=%2B")
                == ["q": #"{"a": 1}"#, "x": "1", "y": "", "": "v", "n": "é", "bad": "%zz", "u": "%ff", "p": "+"])
        #expect(APIRequest.parameters(ofQuery: nil).isEmpty)
        #expect(APIRequest.parameters(ofQuery: "&&==&").keys.sorted() == [""])
    }
}

extension DocumentQuery {
    /// What is answered when documents come one by one.
    fileprivate func answer(from documents: [JSONObject]) throws -> [JSONValue] {
        var listing = DocumentListing(self, []), bytes = Array("[".utf8)
        for document in documents where !listing.isComplete { listing.take([document], writingTo: &bytes) }
        listing.finish(writingTo: &bytes)
        return try JSONValue(parsing: bytes + "]".utf8).array ?? []
    }
}
