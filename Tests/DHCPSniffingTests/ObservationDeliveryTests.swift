// SPDX-License-Identifier: GPL-3.0-or-later

@testable import DHCPSniffing
import Foundation
import NetTypes
import PacketCapture
import ProvModel
import Synchronization
import Testing

@Suite("Delivery to provd")
struct ObservationDeliveryTests {
    private func observation(_ number: Int) -> DHCPObservation {
        DHCPObservation(observer: .sniffer, time: Double(number), type: .discover, mac: MACAddress(bits: UInt64(number)))
    }

    @Test("Answers are read in any pieces; nonsense is refused")
    func answers() throws {
        var parser = AcknowledgementParser()
        #expect(try parser.take(Array("ok 1\nok".utf8)) == 1)
        #expect(try parser.take(Array(" 12".utf8)) == nil)
        #expect(try parser.take(Array("\n".utf8)) == 12)
        for bad in ["no 1\n", "ok\n", "ok -1\n", "ok 99999999999999999999\n", "\n", String(repeating: "x", count: 65)] {
            var parser = AcknowledgementParser()
            #expect(throws: AcknowledgementParser.Failure.self) { try parser.take(Array(bad.utf8)) }
        }
    }

    @Test("The wait grows to its limit and starts again after success")
    func backoff() {
        var backoff = Backoff()
        let waits = (0..<8).map { _ in backoff.next() }
        #expect(waits.first == Backoff.shortest)
        #expect(waits.last == Backoff.longest)
        #expect(waits == waits.sorted())
        backoff.reset()
        #expect(backoff.next() == Backoff.shortest)
    }

    @Test("Everything arrives in order over a connection that breaks again and again", .timeLimit(.minutes(10)))
    func reconnecting() async throws {
        let peer = try FakeProvd()
        let delivery = try ObservationDelivery(path: peer.path) { _ in }
        let received = await withTaskGroup(of: [DHCPObservation].self) { group in
            // Each connection accepts a few lines more than the last, acknowledges not all of them, and closes.
            group.addTask { await peer.serve(connections: [(0, 0), (3, 2), (40, 40), (100, 77), (10_000, 10_000)]) }
            group.addTask {
                await delivery.run()
                peer.stop()
                return []
            }
            await delivery.accept((0..<200).map { .observation(observation($0)) })
            await delivery.accept((200..<500).map { .observation(observation($0)) })
            delivery.finish()
            return await group.reduce(into: []) { $0 += $1 }
        }
        // What was received but not acknowledged came twice.
        var distinct: [Double] = []
        for observation in received where !distinct.contains(observation.time) { distinct.append(observation.time) }
        #expect(distinct == (0..<500).map(Double.init))
        #expect(delivery.dropped == 0)
    }

    @Test("What was given up for want of room is told to provd and to the log, once", .timeLimit(.minutes(10)))
    func givenUp() async throws {
        let peer = try FakeProvd()
        let sentences = Mutex<[String]>([])
        let delivery = try ObservationDelivery(path: peer.path) { sentence in sentences.withLock { $0.append(sentence) } }
        let count = ObservationQueue.defaultLimit + 10
        await delivery.accept((0..<count).map { .observation(observation($0)) })
        #expect(delivery.dropped == 10)
        let reports = await withTaskGroup(of: [DHCPReport].self) { group in
            group.addTask { await peer.reports(lines: count) }
            group.addTask {
                await delivery.run()
                peer.stop()
                return []
            }
            delivery.finish()
            return await group.reduce(into: []) { $0 += $1 }
        }
        let statistics = reports.compactMap { report in if case .statistics(let statistics) = report { statistics } else { nil } }
        #expect(statistics.map(\.unsent) == [10] && statistics.first?.frames == 0)
        #expect(reports.count == ObservationQueue.defaultLimit + 1)
        #expect(sentences.withLock { $0 }.filter { $0.contains("10 observations were given up") }.count == 1)
    }

    @Test("Without provd, observations wait, it is said once, and cancelling ends the waiting", .timeLimit(.minutes(10)))
    func absentPeer() async throws {
        let sentences = Mutex<[String]>([])
        let (said, continuation) = AsyncStream.makeStream(of: Void.self)
        let delivery = try ObservationDelivery(path: "/nonexistent/provd.sock") { sentence in
            sentences.withLock { $0.append(sentence) }
            continuation.yield()
        }
        await delivery.accept([.observation(observation(1))])
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await delivery.run() }
            for await _ in said { break }
            group.cancelAll()
        }
        #expect(sentences.withLock { $0.count } == 1)
        #expect(sentences.withLock { $0.first?.contains("/nonexistent/provd.sock") } == true)
    }

    @Test("A path too long for a socket is an error, not a truncation")
    func longPath() {
        #expect(throws: UnixStream.Failure.self) { try connect("/" + String(repeating: "x", count: 200)) }
    }

    private func connect(_ path: String) throws {
        _ = try UnixStream.connect(to: path)
    }
}
