// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@testable import PhoneHTTP

@Suite struct HTTPDateTests {
    /// The three forms of RFC 9110, 5.6.7, with its own example.
    @Test(arguments: ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"])
    func formsAreRead(_ text: String) {
        #expect(HTTPDate(text)?.seconds == 784_111_777)
    }

    @Test(arguments: [
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
        (4_102_444_799, "Thu, 31 Dec 2099 23:59:59 GMT"), (-1, "Wed, 31 Dec 1969 23:59:59 GMT"),
    ])
    func datesAreWrittenAndReadBack(_ seconds: Int, _ text: String) {
        #expect(HTTPDate(seconds: seconds).text == text)
        #expect(HTTPDate(text)?.seconds == seconds)
    }

    @Test func everyDayOfFourCenturiesRoundTrips() {
        for day in stride(from: 0, to: 146_097, by: 13) {
            let date = HTTPDate(seconds: day * 86_400 + day % 86_400)
            #expect(HTTPDate(date.text) == date)
        }
    }

    @Test(arguments: [
        "", "yesterday", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 32 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 99999 08:49:37 GMT", "Sun, 06 Nov 1994 08:49 GMT", "Sun, 06 Nov 1994 ::: GMT", "\"tag\"",
    ])
    func otherTextsAreNone(_ text: String) {
        #expect(HTTPDate(text) == nil)
    }

    @Test func everyPrefixIsReadOrRefused() {
        let text = "Sunday, 06-Nov-94 08:49:37 GMT"
        for end in text.indices { _ = HTTPDate(String(text[..<end])) }
    }
}
