// SPDX-License-Identifier: GPL-3.0-or-later

import Synchronization

/// A number that goes up and down.
public final class Gauge: Sendable {
    private let number = Atomic<Int>(0)

    /// Makes a gauge at zero.
    public init() {}

    /// Sets the number.
    public func set(_ value: Int) { number.store(value, ordering: .relaxed) }

    /// Adds to the number, or takes from it.
    public func add(_ amount: Int) { number.wrappingAdd(amount, ordering: .relaxed) }

    /// The number now.
    public var value: Int { number.load(ordering: .relaxed) }
}
