// SPDX-License-Identifier: GPL-3.0-or-later

/// A metric as it is read at one moment: its name, what it means, and its values.
public struct MetricFamily: Sendable, Equatable {
    /// What kind of numbers it has.
    public enum Kind: String, Sendable {
        case counter, gauge, histogram
    }

    /// One value.
    public struct Sample: Sendable, Equatable {
        /// What follows the metric's name: `_bucket`, `_sum` and `_count` of a histogram.
        var suffix = ""
        /// The labels.
        public let labels: [MetricLabel]
        /// The value.
        public let value: Double

        /// Makes a value.
        public init(_ value: Double, _ labels: [MetricLabel] = []) {
            self.value = value
            self.labels = labels
        }

        fileprivate init(_ value: Double, _ labels: [MetricLabel], suffix: String) {
            self.init(value, labels)
            self.suffix = suffix
        }
    }

    /// The name, with its unit and, for counters, `_total` at the end.
    public let name: String
    /// One sentence that says what it counts.
    public let help: String
    /// What kind of numbers it has.
    public let kind: Kind
    /// The values.
    public let samples: [Sample]

    private init(_ name: String, _ help: String, _ kind: Kind, _ samples: [Sample]) {
        self.name = name
        self.help = help
        self.kind = kind
        self.samples = samples
    }

    /// A count.
    public static func counter(_ name: String, _ help: String, _ counter: Counter) -> MetricFamily {
        MetricFamily(name, help, .counter, [Sample(Double(counter.value))])
    }

    /// Counts that something else keeps.
    public static func counter(_ name: String, _ help: String, _ samples: [Sample]) -> MetricFamily {
        MetricFamily(name, help, .counter, samples)
    }

    /// A count for each key.
    public static func counter<Key>(_ name: String, _ help: String, _ counters: LabelledCounters<Key>) -> MetricFamily {
        MetricFamily(name, help, .counter, counters.all.map { Sample(Double($0.metric.value), $0.key.labels) })
    }

    /// A number that goes up and down.
    public static func gauge(_ name: String, _ help: String, _ value: Double) -> MetricFamily {
        MetricFamily(name, help, .gauge, [Sample(value)])
    }

    /// Numbers that go up and down.
    public static func gauge(_ name: String, _ help: String, _ samples: [Sample]) -> MetricFamily { MetricFamily(name, help, .gauge, samples) }

    /// How long things took.
    public static func histogram(_ name: String, _ help: String, _ histogram: Histogram) -> MetricFamily {
        MetricFamily(name, help, .histogram, samples(histogram, []))
    }

    /// How long things took, for each key.
    public static func histogram<Key>(_ name: String, _ help: String, _ histograms: LabelledHistograms<Key>) -> MetricFamily {
        MetricFamily(name, help, .histogram, histograms.all.flatMap { samples($0.metric, $0.key.labels) })
    }

    private static func samples(_ histogram: Histogram, _ labels: [MetricLabel]) -> [Sample] {
        let reading = histogram.reading
        let buckets = (reading.upTo + [(.infinity, reading.count)]).map { bound, count in
            Sample(Double(count), labels + [MetricLabel("le", MetricsText.number(bound))], suffix: "_bucket")
        }
        return buckets + [Sample(reading.seconds, labels, suffix: "_sum"), Sample(Double(reading.count), labels, suffix: "_count")]
    }
}

/// Something that has metrics.
public protocol MetricSource: Sendable {
    /// The metrics as they are now.
    var families: [MetricFamily] { get async }
}
