// SPDX-License-Identifier: GPL-3.0-or-later

/// The checks of an appliance, made all at once.
public struct Diagnosis: Sendable {
    /// A check with what it found.
    public struct Result: Sendable, Equatable {
        /// The check's name for programs.
        public let id: String
        /// Its name for people.
        public let title: String
        /// What it found.
        public let finding: Finding
    }

    /// How long one check may take. What takes longer hangs, and that is a finding too.
    public static let patience = Duration.seconds(10)

    private let checks: [DiagnosticCheck]

    /// Makes a diagnosis of these checks.
    public init(_ checks: [DiagnosticCheck]) { self.checks = checks }

    /// Makes all checks at the same time.
    ///
    /// - Returns: The results, in the order of the checks.
    public func run() async -> [Result] {
        await withTaskGroup(of: (Int, Finding).self) { group in
            for (place, check) in checks.enumerated() {
                group.addTask { (place, await Self.bounded(check)) }
            }
            var findings: [Int: Finding] = [:]
            for await (place, finding) in group { findings[place] = finding }
            return checks.enumerated().compactMap { place, check in
                findings[place].map { Result(id: check.id, title: check.title, finding: $0) }
            }
        }
    }

    private static func bounded(_ check: DiagnosticCheck) async -> Finding {
        await withTaskGroup(of: Finding?.self) { group in
            group.addTask { await check.finding() }
            group.addTask {
                try? await Task.sleep(for: patience)
                return nil
            }
            defer { group.cancelAll() }
            for await finding in group {
                return finding ?? .failed(
                    "no answer within \(patience.components.seconds) s", remedy: "what is checked hangs: look into the log, and at the machine's load")
            }
            return .skipped("it was cancelled")
        }
    }
}
