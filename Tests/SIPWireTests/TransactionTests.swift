// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@testable import SIPWire

@Suite("Transactions")
struct TransactionTests {
    private let start = ContinuousClock.now

    /// Wakes a transaction at each of its deadlines and notes what it does and when.
    private func run(
        until end: Duration, deadline: () -> ContinuousClock.Instant?, advance: (ContinuousClock.Instant) -> [TransactionAction]
    ) -> [(at: Duration, actions: [TransactionAction])] {
        var log: [(Duration, [TransactionAction])] = []
        while let next = deadline(), next <= start + end {
            log.append((start.duration(to: next), advance(next)))
        }
        return log
    }

    @Test("A NOTIFY over UDP is sent again at 0.5, 1.5, 3.5, 7.5 seconds and then every 4, and given up after 32")
    func clientRetransmits() {
        var transaction = ClientNonInviteTransaction([1], isReliable: false, now: start)
        let log = run(until: .seconds(60), deadline: { transaction.deadline }, advance: { transaction.advance(to: $0) })
        let sends = log.filter { $0.actions == [.send([1])] }.map(\.at)
        #expect(sends == [0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5].map { .milliseconds(Int($0 * 1000)) })
        #expect(log.last?.at == .seconds(32))
        #expect(log.last?.actions == [.timedOut, .terminated])
    }

    @Test("A provisional answer slows a NOTIFY down, a final one ends it after Timer K")
    func clientAnswered() {
        var transaction = ClientNonInviteTransaction([1], isReliable: false, now: start)
        #expect(transaction.receive(SIPResponse(100), now: start) == [.deliver(SIPResponse(100))])
        #expect(transaction.deadline == start + .seconds(4))
        #expect(transaction.receive(SIPResponse(200), now: start) == [.deliver(SIPResponse(200))])
        #expect(transaction.receive(SIPResponse(200), now: start) == [])
        #expect(transaction.advance(to: start + .seconds(4)) == [])
        #expect(transaction.advance(to: start + .seconds(5)) == [.terminated])
    }

    @Test("Over a stream nothing is sent twice")
    func clientReliable() {
        var transaction = ClientNonInviteTransaction([1], isReliable: true, now: start)
        #expect(transaction.deadline == start + .seconds(32))
        #expect(transaction.receive(SIPResponse(481), now: start) == [.deliver(SIPResponse(481)), .terminated])
        var broken = ClientNonInviteTransaction([1], isReliable: true, now: start)
        #expect(broken.transportFailed() == [.timedOut, .terminated])
    }

    @Test("A repeated REGISTER gets the same answer until Timer J")
    func serverNonInvite() {
        var transaction = ServerNonInviteTransaction(isReliable: false)
        #expect(transaction.receiveRequest() == [])
        #expect(transaction.respond(200, [2], now: start) == [.send([2])])
        #expect(transaction.respond(500, [3], now: start) == [])
        #expect(transaction.receiveRequest() == [.send([2])])
        #expect(transaction.advance(to: start + .seconds(31)) == [])
        #expect(transaction.advance(to: start + .seconds(32)) == [.terminated])
        var stream = ServerNonInviteTransaction(isReliable: true)
        #expect(stream.respond(200, [2], now: start) == [.send([2]), .terminated])
    }

    @Test("A refused INVITE is answered again until its ACK, which is then absorbed")
    func refusedInvite() {
        var transaction = ServerInviteTransaction(isReliable: false)
        #expect(transaction.receiveInvite() == [])
        #expect(transaction.respond(100, [1], now: start) == [.send([1])])
        #expect(transaction.receiveInvite() == [.send([1])])
        #expect(transaction.respond(404, [4], now: start) == [.send([4])])
        #expect(transaction.receiveInvite() == [.send([4])])
        #expect(transaction.advance(to: start + .milliseconds(500)) == [.send([4])])
        #expect(transaction.deadline == start + .milliseconds(1500))
        #expect(transaction.receiveAck(now: start + .seconds(1)) == [.acknowledged])
        #expect(transaction.receiveAck(now: start + .seconds(1)) == [])
        #expect(transaction.receiveInvite() == [])
        #expect(transaction.advance(to: start + .seconds(6)) == [.terminated])
    }

    @Test("A refused INVITE without ACK ends after Timer H; over a stream it is not sent again")
    func unacknowledgedInvite() {
        for isReliable in [false, true] {
            var transaction = ServerInviteTransaction(isReliable: isReliable)
            _ = transaction.respond(486, [4], now: start)
            let log = run(until: .seconds(60), deadline: { transaction.deadline }, advance: { transaction.advance(to: $0) })
            #expect(log.last?.at == .seconds(32))
            #expect(log.last?.actions == [.timedOut, .terminated])
            #expect(log.filter { $0.actions == [.send([4])] }.count == (isReliable ? 0 : 10))
        }
    }

    @Test("An accepted INVITE absorbs its copies until Timer L (RFC 6026)")
    func acceptedInvite() {
        var transaction = ServerInviteTransaction(isReliable: false)
        #expect(transaction.respond(200, [2], now: start) == [.send([2])])
        #expect(transaction.receiveInvite() == [])
        #expect(transaction.receiveAck(now: start) == [])
        #expect(transaction.advance(to: start + .seconds(32)) == [.terminated])
    }

    @Test("Requests match by branch, sender and method, and by their fields without a branch")
    func keys() throws {
        func key(_ method: String, branch: String, host: String = "10.0.0.11", tag: String = "") throws -> TransactionKey? {
            let text = "\(method) sip:a SIP/2.0\nVia: SIP/2.0/UDP \(host)\(branch)\nFrom: <sip:b>;tag=1\nTo: <sip:a>\(tag)\nCall-ID: c\nCSeq: 1 \(method)\n\n"
            guard case .request(let request) = try SIPMessage(datagram: message(text)) else { return nil }
            return TransactionKey(server: request, try request.validated())
        }
        let branch = ";branch=z9hG4bKx"
        #expect(try key("INVITE", branch: branch) == key("ACK", branch: branch, tag: ";tag=2"))
        #expect(try key("INVITE", branch: branch) != key("BYE", branch: branch))
        #expect(try key("INVITE", branch: branch) != key("INVITE", branch: branch, host: "10.0.0.12"))
        // The bare cookie names nothing (RFC 4475 section 3.2.1).
        for old in ["", ";branch=z9hG4bK", ";branch=1"] {
            #expect(try key("INVITE", branch: old) == key("ACK", branch: old, tag: ";tag=2"))
        }
    }
}
