// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@testable import Telemetry

@Suite("What the system says of the process")
struct ProcessMetricsTests {
    private let line = """
        4711 (pro) vd) S 1 4711 4711 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 7 0 123456 104857600 2048 18446744073709551615 1 1 0 0

        """

    @Test("The fields are found behind a name that holds brackets and spaces")
    func fields() throws {
        let status = try #require(ProcessStatus(line))
        #expect(status.processorTicks == 300 && status.threads == 7 && status.startTicks == 123_456)
        #expect(status.virtualBytes == 104_857_600 && status.residentPages == 2_048)
    }

    @Test("No part of the line is taken for the whole, and none makes it trap")
    func prefixes() {
        let end = line.firstRange(of: " 2048")?.upperBound ?? line.endIndex
        for length in 0..<line.distance(from: line.startIndex, to: end) - 4 { #expect(ProcessStatus(String(line.prefix(length))) == nil) }
    }

    @Test("This process has memory, processor time, descriptors and a start")
    func thisProcess() {
        let families = ProcessMetrics().families
        for name in ["process_cpu_seconds_total", "process_resident_memory_bytes", "process_virtual_memory_bytes", "process_open_fds", "process_max_fds", "process_start_time_seconds"] {
            #expect(families.contains { $0.name == name && ($0.samples.first?.value ?? 0) > 0 }, "\(name)")
        }
    }

    @Test("Without the kernel's files nothing is said but the limit")
    func absent() {
        #expect(ProcessMetrics(directory: "/nowhere").families.map(\.name) == ["process_max_fds"])
    }
}
