// SPDX-License-Identifier: GPL-3.0-or-later

/// An immutable sequence of values, used for lists and for tuples.
public struct JinjaList: Sendable, ExpressibleByArrayLiteral {
    /// The values in order.
    public let values: [JinjaValue]

    /// How many containers are nested in each other, this one included.
    let depth: Int

    /// Whether this is a pair of `groupby`, whose parts also have names.
    let isGroup: Bool

    /// Makes a sequence of values.
    public init(_ values: [JinjaValue]) { self.init(values, isGroup: false) }

    init(_ values: [JinjaValue], isGroup: Bool) {
        self.values = values
        self.isGroup = isGroup
        var deepest = 0
        for value in values { deepest = max(deepest, value.depth) }
        depth = deepest + 1
    }

    public init(arrayLiteral elements: JinjaValue...) { self.init(elements) }

    static let empty = JinjaList([])
}
