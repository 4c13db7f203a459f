// SPDX-License-Identifier: GPL-3.0-or-later

import Synchronization

/// A count that only grows, until the process ends.
///
/// Counting is one atomic addition without any order towards other memory: nobody waits for anybody.
public final class Counter: Sendable {
    private let count = Atomic<UInt64>(0)

    /// Makes a counter at zero.
    public init() {}

    /// Counts one more, or several.
    public func add(_ amount: UInt64 = 1) { count.wrappingAdd(amount, ordering: .relaxed) }

    /// The count so far.
    public var value: UInt64 { count.load(ordering: .relaxed) }
}
