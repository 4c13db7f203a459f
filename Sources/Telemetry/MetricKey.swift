// SPDX-License-Identifier: GPL-3.0-or-later

/// A label of a metric: a name and a value from a short list that is known beforehand.
public struct MetricLabel: Sendable, Hashable {
    /// The name, in letters, digits and `_`.
    public let name: String
    /// The value.
    public let value: String

    /// Makes a label.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// What tells the counts of one metric apart.
///
/// All keys are known when the program is written. What strangers send never becomes a label: each new value would cost
/// memory here and in whatever collects the metrics, for ever.
public protocol MetricKey: Hashable, Sendable, CaseIterable {
    /// The labels, with the same names for all keys.
    var labels: [MetricLabel] { get }
}

/// Something for each key.
public struct Labelled<Key: MetricKey, Metric: Sendable>: Sendable {
    private let metrics: [Key: Metric]
    /// For a key that is not among all cases, which no key is.
    private let spare: Metric

    fileprivate init(_ make: () -> Metric) {
        metrics = Dictionary(Key.allCases.map { ($0, make()) }, uniquingKeysWith: { first, _ in first })
        spare = make()
    }

    /// The metric of a key.
    public subscript(key: Key) -> Metric { metrics[key] ?? spare }

    /// All keys with their metrics, in the keys' order.
    var all: [(key: Key, metric: Metric)] { Key.allCases.compactMap { key in metrics[key].map { (key, $0) } } }
}

/// A count for each key.
public typealias LabelledCounters<Key: MetricKey> = Labelled<Key, Counter>
/// A histogram for each key.
public typealias LabelledHistograms<Key: MetricKey> = Labelled<Key, Histogram>

extension Labelled where Metric == Counter {
    /// Makes counters at zero, so that each is there before it first counts.
    public init() { self.init { Counter() } }
}

extension Labelled where Metric == Histogram {
    /// Makes empty histograms.
    public init(bounds: [Double] = Histogram.ordinaryBounds) { self.init { Histogram(bounds: bounds) } }
}
