// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import Testing

@testable import PhoneHTTP

/// Conditional and partial requests.
@Suite struct RepresentationTests {
    private let file = Representation(tag: "\"a1\"", lastModified: HTTPDate("Sun, 06 Nov 1994 08:49:37 GMT"), byteCount: 1000)
    private let rendered = Representation(tag: "\"a1\"", lastModified: nil, byteCount: 1000)

    private func select(_ representation: Representation, _ headers: HTTPFields) -> Representation.Selection {
        representation.selection(for: headers, isHead: false)
    }

    private func select(_ headers: HTTPFields, isHead: Bool = false) -> Representation.Selection {
        file.selection(for: headers, isHead: isHead)
    }

    @Test func nothingAskedIsEverything() {
        #expect(select([:]) == .whole)
    }

    @Test(arguments: [
        ("bytes=0-0", 0..<1), ("bytes=0-499", 0..<500), ("bytes=500-", 500..<1000), ("bytes=-1", 999..<1000), ("bytes=-5000", 0..<1000),
        ("bytes=990-99999999999999999999", 990..<1000), ("Bytes=7-7", 7..<8),
    ])
    func oneRangeIsServed(_ range: String, _ expected: Range<Int>) {
        #expect(select([.range: range]) == .part(expected))
        #expect(select(rendered, [.range: range]) == .part(expected))
        #expect(select([.range: range], isHead: true) == .whole)
    }

    @Test(arguments: ["bytes=1000-", "bytes=1000-1001", "bytes=99999999999999999999-", "bytes=-0"])
    func aRangeBeyondTheEndIsRefused(_ range: String) {
        #expect(select([.range: range]) == .unsatisfiable)
    }

    @Test func nothingCanBeAskedOfAnEmptyFile() {
        let empty = Representation(tag: "\"e\"", lastModified: nil, byteCount: 0)
        for range in ["bytes=0-", "bytes=-1", "bytes=0-0"] { #expect(select(empty, [.range: range]) == .unsatisfiable) }
    }

    @Test(arguments: ["bytes=0-1,4-5", "bytes=5-4", "bytes=", "bytes=-", "bytes=a-b", "bytes=1--2", "lines=1-2", "bytes 0-1", "bytes=+1-2", "0-1"])
    func whatIsNoSingleRangeIsPassedOver(_ range: String) {
        #expect(select([.range: range]) == .whole)
    }

    @Test(arguments: ["\"a1\"", "W/\"a1\"", "*", "\"b2\", \"a1\"", "\"b2\" ,W/\"a1\" "])
    func aKnownTagNeedsNothing(_ tag: String) {
        #expect(select([.ifNoneMatch: tag]) == .notModified)
        #expect(select([.ifNoneMatch: tag, .range: "bytes=0-1"]) == .notModified)
    }

    @Test(arguments: ["\"a2\"", "a1", "\"a1", ""])
    func anotherTagGetsTheFile(_ tag: String) {
        #expect(select([.ifNoneMatch: tag]) == .whole)
        // The date is not looked at beside a tag.
        #expect(select([.ifNoneMatch: tag, .ifModifiedSince: "Sun, 06 Nov 1994 08:49:37 GMT"]) == .whole)
    }

    @Test func datesAreCompared() {
        #expect(select([.ifModifiedSince: "Sun, 06 Nov 1994 08:49:37 GMT"]) == .notModified)
        #expect(select([.ifModifiedSince: "Sun, 06 Nov 1994 08:49:36 GMT"]) == .whole)
        #expect(select([.ifModifiedSince: "never"]) == .whole)
        #expect(select(rendered, [.ifModifiedSince: "Sun, 06 Nov 2094 08:49:37 GMT"]) == .whole)
        #expect(select([.ifUnmodifiedSince: "Sun, 06 Nov 1994 08:49:36 GMT"]) == .preconditionFailed)
        #expect(select([.ifUnmodifiedSince: "Sun, 06 Nov 1994 08:49:37 GMT"]) == .whole)
    }

    @Test func aWrongStateIsNotServed() {
        #expect(select([.ifMatch: "\"a2\""]) == .preconditionFailed)
        #expect(select([.ifMatch: "W/\"a1\""]) == .preconditionFailed)
        #expect(select([.ifMatch: "\"a1\""]) == .whole)
        #expect(select([.ifMatch: "*", .range: "bytes=1-2"]) == .part(1..<3))
    }

    /// A download is continued only if the file is still the same.
    @Test func aConditionalRangeFallsBackToTheWholeFile() {
        #expect(select([.range: "bytes=10-", .ifRange: "\"a1\""]) == .part(10..<1000))
        #expect(select([.range: "bytes=10-", .ifRange: "\"a2\""]) == .whole)
        #expect(select([.range: "bytes=10-", .ifRange: "W/\"a1\""]) == .whole)
        #expect(select([.range: "bytes=10-", .ifRange: "Sun, 06 Nov 1994 08:49:37 GMT"]) == .part(10..<1000))
        #expect(select([.range: "bytes=10-", .ifRange: "Sun, 06 Nov 1994 08:49:38 GMT"]) == .whole)
        #expect(select(rendered, [.range: "bytes=10-", .ifRange: "Sun, 06 Nov 1994 08:49:37 GMT"]) == .whole)
    }
}
