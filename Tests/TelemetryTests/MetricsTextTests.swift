// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@testable import Telemetry

@Suite("Metrics in Prometheus' text format")
struct MetricsTextTests {
    private enum Colour: String, MetricKey {
        case red, green

        var labels: [MetricLabel] { [MetricLabel("colour", rawValue)] }
    }

    @Test("A counter has its meaning, its kind, and a value for each key from the start")
    func counters() {
        let counters = LabelledCounters<Colour>()
        counters[.green].add()
        counters[.green].add(2)
        #expect(
            MetricsText.text(of: [.counter("apples_total", "Apples.", counters)]) == """
                # HELP apples_total Apples.
                # TYPE apples_total counter
                apples_total{colour="red"} 0
                apples_total{colour="green"} 3

                """)
    }

    @Test("A histogram counts up to each bound, all of it, and the time")
    func histogram() {
        let histogram = Histogram(bounds: [0.25, 1])
        for milliseconds in [100, 250, 500, 90_000] { histogram.observe(.milliseconds(milliseconds)) }
        histogram.observe(.seconds(-5))
        #expect(
            MetricsText.text(of: [.histogram("wait_seconds", "Waiting.", histogram)]) == """
                # HELP wait_seconds Waiting.
                # TYPE wait_seconds histogram
                wait_seconds_bucket{le="0.25"} 3
                wait_seconds_bucket{le="1"} 4
                wait_seconds_bucket{le="+Inf"} 5
                wait_seconds_sum 90.85
                wait_seconds_count 5

                """)
    }

    @Test("Nothing in a text can end a line or a label")
    func escaping() {
        let family = MetricFamily.gauge("g", "a\\b\nc\"", [.init(1, [MetricLabel("l", "x\"y\\z\n")])])
        #expect(MetricsText.text(of: [family]) == "# HELP g a\\\\b\\nc\"\n# TYPE g gauge\ng{l=\"x\\\"y\\\\z\\n\"} 1\n")
    }

    @Test("Numbers are written as Go reads them", arguments: [
        (0.0, "0"), (-0.5, "-0.5"), (1e15, "1000000000000000"), (1.5e300, "1.5e+300"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"),
    ])
    func numbers(value: Double, text: String) { #expect(MetricsText.number(value) == text) }

    @Test("Counts from many tasks are all there")
    func concurrency() async {
        let counter = Counter(), gauge = Gauge(), histogram = Histogram()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<10_000 {
                        counter.add()
                        gauge.add(1)
                        gauge.add(-1)
                        histogram.observe(.microseconds(50))
                    }
                }
            }
        }
        #expect(counter.value == 80_000 && gauge.value == 0 && histogram.reading.count == 80_000)
        #expect(abs(histogram.reading.seconds - 4) < 0.001)
    }
}
