// SPDX-License-Identifier: GPL-3.0-or-later

/// The next wake-up time of many things, in one heap.
///
/// A thing has one entry. Moving its deadline later costs nothing: the old entry fires, the
/// thing is asked for its real deadline and gets a new one.
struct DeadlineQueue<Key: Hashable & Sendable>: Sendable {
    private struct Entry: Sendable {
        let at: ContinuousClock.Instant
        let key: Key
    }

    private var heap: [Entry] = []
    private var scheduled: [Key: ContinuousClock.Instant] = [:]

    /// The time of the earliest entry.
    var next: ContinuousClock.Instant? { heap.first?.at }

    var count: Int { heap.count }

    /// Sees to it that `key` comes out at `deadline` or before.
    mutating func set(_ key: Key, _ deadline: ContinuousClock.Instant) {
        if let earlier = scheduled[key], earlier <= deadline { return }
        scheduled[key] = deadline
        heap.append(Entry(at: deadline, key: key))
        siftUp(heap.count - 1)
    }

    /// Takes out a key whose time has come.
    mutating func popDue(_ now: ContinuousClock.Instant) -> Key? {
        while let first = heap.first, first.at <= now {
            removeFirst()
            // An entry that was moved to an earlier time leaves its old one behind.
            guard scheduled[first.key] == first.at else { continue }
            scheduled[first.key] = nil
            return first.key
        }
        return nil
    }

    private mutating func removeFirst() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].at < heap[least].at {
                least = child
            }
            if least == parent { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }

    private mutating func siftUp(_ index: Int) {
        var child = index
        while child > 0, heap[child].at < heap[(child - 1) / 2].at {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }
}
