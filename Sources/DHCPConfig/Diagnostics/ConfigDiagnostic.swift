// SPDX-License-Identifier: GPL-3.0-or-later

/// One finding about a definition, a site file or what a server can express.
public struct ConfigDiagnostic: Sendable, Hashable {
    /// How much a finding matters.
    public enum Severity: String, Sendable, Comparable {
        /// Nothing needs to change, but it is good to know.
        case note
        /// Some phone may not get what it needs.
        case warning
        /// Nothing is generated while this stands.
        case error

        private var rank: Int {
            switch self {
            case .note: 0
            case .warning: 1
            case .error: 2
            }
        }

        public static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }
    }

    /// How much it matters.
    public let severity: Severity
    /// Where it was found, if it has one place.
    public let location: SourceLocation?
    /// What is wrong and why, in one sentence.
    public let message: String
    /// What to do about it.
    public let remedy: String?

    /// Makes a finding.
    public init(_ severity: Severity, at location: SourceLocation?, _ message: String, remedy: String? = nil) {
        self.severity = severity
        self.location = location
        self.message = message
        self.remedy = remedy
    }
}

extension ConfigDiagnostic: CustomStringConvertible {
    /// `file:line: severity: message (remedy)`.
    public var description: String {
        var text = location.map { "\($0): " } ?? ""
        text += "\(severity.rawValue): \(message)"
        if let remedy { text += " (\(remedy))" }
        return text
    }
}

/// Why definitions or a site file cannot be used: every problem that was found, not only the first.
public struct ConfigError: Error, Sendable, Equatable {
    /// The findings in file order. At least one is an error.
    public let diagnostics: [ConfigDiagnostic]

    /// Makes an error of findings.
    public init(_ diagnostics: [ConfigDiagnostic]) { self.diagnostics = diagnostics }
}

extension ConfigError: CustomStringConvertible {
    public var description: String { diagnostics.map(\.description).joined(separator: "\n") }
}

/// Collects findings while a file is read, so that one run reports them all.
struct DiagnosticList {
    private(set) var diagnostics: [ConfigDiagnostic] = []

    /// A hostile file must not fill the terminal: what is beyond this many findings is not kept.
    private static let maximum = 200

    var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

    mutating func error(_ location: SourceLocation?, _ message: String, _ remedy: String? = nil) {
        add(ConfigDiagnostic(.error, at: location, message, remedy: remedy))
    }

    mutating func warning(_ location: SourceLocation?, _ message: String, _ remedy: String? = nil) {
        add(ConfigDiagnostic(.warning, at: location, message, remedy: remedy))
    }

    mutating func note(_ location: SourceLocation?, _ message: String, _ remedy: String? = nil) {
        add(ConfigDiagnostic(.note, at: location, message, remedy: remedy))
    }

    mutating func add(_ diagnostic: ConfigDiagnostic) {
        guard diagnostics.count < Self.maximum, !diagnostics.contains(diagnostic) else { return }
        diagnostics.append(diagnostic)
    }
}
