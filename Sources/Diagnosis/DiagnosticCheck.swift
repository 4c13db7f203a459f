// SPDX-License-Identifier: GPL-3.0-or-later

/// One thing that must be so for phones to come up.
public struct DiagnosticCheck: Sendable {
    /// A name for programs, such as `disk`.
    public let id: String
    /// A name for people, such as “Disk space”.
    public let title: String
    private let look: @Sendable () async -> Finding

    /// Makes a check.
    ///
    /// - Parameter look: Looks at it now. It may take as long as ``Diagnosis/patience``.
    public init(_ id: String, _ title: String, _ look: @escaping @Sendable () async -> Finding) {
        self.id = id
        self.title = title
        self.look = look
    }

    /// Looks at it now.
    func finding() async -> Finding { await look() }
}
