// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import SIPWire
import Testing

@testable import SIPOnboarding

/// What the endpoint answers to the requests of RFC 4475.
@Suite("RFC 4475 at the endpoint")
struct TortureServerTests {
    @Test(
        "has the right answer",
        arguments: [
            // Well-formed: a call and a registration are asked for credentials, unknown methods are 501.
            ("esc01", 401), ("longreq", 401), ("lwsdisp", 200), ("semiuri", 200), ("transports", 200), ("escnull", 401),
            ("dblreq", 401), ("intmeth", 501), ("esc02", 501), ("mpart01", 405), ("badbranch", 200), ("zeromf", 200), ("inv2543", 401),
            ("cparam01", 401), ("cparam02", 401), ("regescrt", 401), ("regaut01", 401), ("unksm2", 401), ("baddate", 401), ("invut", 401),
            ("sdp01", 401),
            // Within a dialog that does not exist.
            ("wsinv", 481),
            // Malformed, or beyond what is served.
            ("badinv01", 400), ("clerr", 400), ("ncl", 400), ("scalar02", 400), ("quotbal", 400), ("ltgtruri", 400), ("lwsruri", 400),
            ("lwsstart", 400), ("trws", 400), ("escruri", 400), ("regbadct", 400), ("badaspec", 400), ("baddn", 400), ("mismatch01", 400),
            ("mismatch02", 400), ("insuf", 400), ("multi01", 400), ("mcl01", 400), ("badvers", 505), ("unkscm", 416), ("novelsc", 416),
            ("bext01", 420),
        ])
    func answer(name: String, status: Int) throws {
        let effects = try receive(name)
        guard case .send(let bytes, _) = effects.last(where: { if case .send = $0 { true } else { false } }) else {
            Issue.record("no answer")
            return
        }
        guard case .response(let response) = try SIPMessage(datagram: bytes) else { return }
        #expect(response.statusCode == status)
    }

    @Test("stray and broken responses are dropped", arguments: ["unreason", "noreason", "bcast", "scalarlg", "bigcode"])
    func dropped(name: String) throws {
        #expect(try receive(name).isEmpty)
    }

    private func receive(_ name: String) throws -> [SIPServer.Effect] {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let bytes = Array(try Data(contentsOf: tests.appending(path: "SIPWireTests/Fixtures/rfc4475/\(name).sip")))
        var phone = ServerFixture()
        do throws(SIPParseError) {
            return phone.server.receive(try SIPMessage(datagram: bytes), on: phone.flow, now: phone.now)
        } catch {
            return phone.server.receive(error, on: phone.flow)
        }
    }
}
