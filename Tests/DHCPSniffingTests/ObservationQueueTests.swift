// SPDX-License-Identifier: GPL-3.0-or-later

import DHCPSniffing
import NetTypes
import ProvModel
import Testing

@Suite("The queue of observations")
struct ObservationQueueTests {
    private func observation(_ number: UInt64, time: Double = 0) -> DHCPReport {
        .observation(DHCPObservation(observer: .sniffer, time: time, type: .discover, mac: MACAddress(bits: number)))
    }

    private func numbers(_ reports: [DHCPReport]) -> [UInt64] { reports.compactMap(\.observation?.mac.bits) }

    @Test("Equal observations become one, which stands where the last of them was seen")
    func merging() {
        var queue = ObservationQueue()
        for time in 1...5 { queue.add(observation(1, time: Double(time))) }
        queue.add(observation(2, time: 6))
        queue.add(observation(1, time: 7))
        let taken = queue.take()
        #expect(numbers(taken) == [2, 1])
        #expect(taken.map(\.observation?.repeats) == [1, 6])
        #expect(taken.map(\.observation?.time) == [6, 7])
    }

    @Test("What was sent does not change: an equal observation waits on its own")
    func noMergingInFlight() {
        var queue = ObservationQueue()
        queue.add(observation(1))
        #expect(queue.take().count == 1)
        queue.add(observation(1))
        #expect(queue.take().map(\.observation?.repeats) == [1])
        #expect(queue.count == 2)
    }

    @Test("Acknowledged observations are gone; the rest is sent again after a lost connection, in order")
    func resending() throws {
        var queue = ObservationQueue()
        for number in 1...5 { queue.add(observation(UInt64(number))) }
        #expect(numbers(queue.take()) == [1, 2, 3, 4, 5])
        try queue.acknowledge(2)
        queue.add(observation(6))
        queue.connectionLost()
        #expect(numbers(queue.take()) == [3, 4, 5, 6])
        try queue.acknowledge(3)
        try queue.acknowledge(3)
        try queue.acknowledge(4)
        #expect(queue.isEmpty)
    }

    @Test("Acknowledgements that cannot be are refused and change nothing")
    func badAcknowledgements() throws {
        var queue = ObservationQueue()
        for number in 1...3 { queue.add(observation(UInt64(number))) }
        _ = queue.take()
        #expect(throws: ObservationQueue.AcknowledgementError.self) { try queue.acknowledge(4) }
        try queue.acknowledge(2)
        #expect(throws: ObservationQueue.AcknowledgementError.self) { try queue.acknowledge(1) }
        #expect(throws: ObservationQueue.AcknowledgementError.self) { try queue.acknowledge(-1) }
        #expect(queue.count == 1)
    }

    @Test("Only a window of observations is on its way")
    func window() throws {
        var queue = ObservationQueue()
        for number in 0..<1000 { queue.add(observation(UInt64(number))) }
        #expect(queue.take().count == ObservationQueue.window)
        #expect(queue.take().isEmpty)
        try queue.acknowledge(10)
        #expect(numbers(queue.take()) == Array(256..<266))
    }

    @Test("A full queue drops the oldest that repeats first, then the oldest, and counts them")
    func dropping() {
        var queue = ObservationQueue(limit: 300)
        for number in 0..<300 { queue.add(observation(UInt64(number))) }
        queue.add(observation(50))
        queue.add(observation(20))
        for number in 300..<304 { queue.add(observation(UInt64(number))) }
        #expect(queue.dropped == 4)
        #expect(queue.count == 300)
        #expect(queue.newlyDropped() == nil, "to tell it would drop one more")
        var left: [UInt64] = []
        while case let taken = queue.take(), !taken.isEmpty {
            left += numbers(taken)
            queue.connectionLostAfterAccepting(taken.count)
        }
        #expect(left == (0..<304).map(UInt64.init).filter { ![50, 20, 0, 1].contains($0) })
        #expect(queue.newlyDropped() == 4)
        #expect(queue.newlyDropped() == nil, "it was told")
    }

    @Test("A problem told again while the first waits is sent once, and keeps its place among observations")
    func problems() {
        var queue = ObservationQueue()
        let problem = DHCPProblemReport(.noOffer, time: 3, mac: MACAddress(bits: 1), text: "nobody offers", remedy: "look")
        queue.add(.problem(problem))
        queue.add(observation(1))
        var later = problem
        later.time = 9
        queue.add(.problem(later))
        #expect(queue.take() == [observation(1), .problem(later)])
    }

    @Test("A client is told before its problem, however often it is seen after that and however full the queue is")
    func problemsAfterTheirClients() throws {
        var queue = ObservationQueue(limit: 300)
        let problem = DHCPProblemReport(.noOffer, time: 12, mac: MACAddress(bits: 1), text: "nobody offers", remedy: "look")
        queue.add(observation(1, time: 1))
        queue.add(observation(1, time: 12))
        queue.add(.problem(problem))
        queue.add(observation(2, time: 13))
        queue.add(observation(2, time: 14))
        for time in 20..<30 { queue.add(observation(1, time: Double(time))) }
        for number in 100..<397 { queue.add(observation(UInt64(number), time: 40)) }
        #expect(queue.dropped == 1, "the oldest that repeats and leads to no problem made room")
        let taken = queue.take()
        #expect(taken[1] == .problem(problem))
        #expect(numbers(Array(taken.prefix(4))) == [1, 1, 100])
        #expect(taken.prefix(3).map { $0.observation?.repeats } == [2, nil, 10])
    }

    @Test("However many phones there are, memory stays that of the limit")
    func bounded() {
        var queue = ObservationQueue(limit: 300)
        for number in 0..<10_000 { queue.add(observation(UInt64(number))) }
        #expect(queue.count == 300)
        #expect(queue.dropped == 9_700)
    }

    @Test("In any sequence of events, every observation is delivered, waits or was counted as dropped, and order holds")
    func properties() throws {
        var generator = SystemRandomNumberGenerator.seeded(7)
        for _ in 0..<40 {
            var queue = ObservationQueue(limit: 300)
            var added = 0
            var delivered = 0
            var inFlight: [DHCPObservation] = []
            var accepted = 0
            var last: Double = -1
            for step in 0..<2000 {
                switch UInt8.random(in: 0..<10, using: &generator) {
                case 0..<7:
                    queue.add(observation(UInt64.random(in: 0..<400, using: &generator), time: Double(step)))
                    added += 1
                case 7:
                    inFlight += queue.take().compactMap(\.observation)
                case 8:
                    let count = Int.random(in: 0...inFlight.count, using: &generator)
                    for observation in inFlight.prefix(count) {
                        #expect(observation.time > last, "the order is that of time")
                        last = observation.time
                        delivered += observation.repeats
                    }
                    inFlight.removeFirst(count)
                    accepted += count
                    try queue.acknowledge(accepted)
                default:
                    queue.connectionLost()
                    inFlight = []
                    accepted = 0
                }
                #expect(queue.count <= 300)
            }
            queue.connectionLost()
            var waiting = 0
            while case let taken = queue.take(), !taken.isEmpty {
                waiting += taken.compactMap(\.observation).reduce(0) { $0 + $1.repeats }
                queue.connectionLostAfterAccepting(taken.count)
            }
            let lost = added - delivered - waiting
            #expect(queue.dropped == 0 ? lost == 0 : lost >= Int(queue.dropped))
        }
    }
}

extension ObservationQueue {
    fileprivate mutating func connectionLostAfterAccepting(_ count: Int) {
        #expect(throws: Never.self) { try acknowledge(count) }
        connectionLost()
    }
}

/// Numbers that are the same in each run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

extension SystemRandomNumberGenerator {
    fileprivate static func seeded(_ seed: UInt64) -> SeededGenerator { SeededGenerator(state: seed) }
}
