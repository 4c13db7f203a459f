// SPDX-License-Identifier: GPL-3.0-or-later

import Diagnosis
import Testing

@Suite("The diagnosis")
struct DiagnosisTests {
    @Test("Results come in the order of the checks, whichever ends first")
    func order() async {
        let (stream, open) = AsyncStream<Void>.makeStream()
        let diagnosis = Diagnosis([
            DiagnosticCheck("slow", "Slow") {
                for await _ in stream {}
                return .warning("slow", remedy: "wait")
            },
            DiagnosticCheck("quick", "Quick") {
                open.finish()
                return .ok("quick")
            },
        ])
        let results = await diagnosis.run()
        #expect(results.map(\.id) == ["slow", "quick"])
        #expect(results.map(\.finding) == [.warning("slow", remedy: "wait"), .ok("quick")])
    }

    @Test("Outcomes are ordered from well to bad")
    func outcomes() {
        #expect(Finding.Outcome.allCases.max() == .failed)
        #expect(Finding.Outcome.ok < .skipped && Finding.Outcome.skipped < .warning)
    }
}
