// SPDX-License-Identifier: GPL-3.0-or-later

/// The name of an archive's entry as a path that stays below the directory into which it is unpacked.
public struct ArchivePath: Sendable, Hashable {
    /// The longest name in bytes; firmware archives have names of some hundred.
    static let maximumLength = 1_024
    /// The deepest nesting of directories.
    static let maximumDepth = 32

    /// Why a name is refused.
    struct Refusal: Error, Equatable {
        let reason: String
    }

    /// The parts of the path; at least one.
    public let components: [String]

    /// The path with slashes.
    public var text: String { components.joined(separator: "/") }

    /// Checks an entry's name.
    ///
    /// Backslashes count as slashes, since archives made on Windows have them; `.` and empty parts are left out.
    ///
    /// - Returns: `nil` for the directory itself (`./`).
    init?(_ name: String) throws(Refusal) {
        guard !name.isEmpty else { throw Refusal(reason: "it has no name") }
        guard name.utf8.count <= Self.maximumLength else { throw Refusal(reason: "its name is longer than \(Self.maximumLength) bytes") }
        guard name.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { throw Refusal(reason: "its name has control characters") }
        let separators: Set<Character> = ["/", "\\"]
        guard let first = name.first, !separators.contains(first) else { throw Refusal(reason: "its path is absolute") }
        var components: [String] = []
        for part in name.split(whereSeparator: separators.contains) where part != "." {
            guard part != ".." else { throw Refusal(reason: "its path leads out by “..”") }
            // No directory has longer names (NAME_MAX).
            guard part.utf8.count <= 255 else { throw Refusal(reason: "a part of its path is longer than 255 bytes") }
            components.append(String(part))
        }
        // C:\…
        if let drive = components.first?.utf8, drive.count == 2, drive.last == UInt8(ascii: ":") {
            throw Refusal(reason: "its path is absolute")
        }
        guard components.count <= Self.maximumDepth else { throw Refusal(reason: "it lies deeper than \(Self.maximumDepth) directories") }
        guard !components.isEmpty else { return nil }
        self.components = components
    }

    /// A name as it may stand in a message: short, without what drives a terminal.
    static func printable(_ name: String) -> String {
        let scalars = name.unicodeScalars.prefix(120).map { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) ? "\u{FFFD}" : $0 }
        return String(String.UnicodeScalarView(scalars))
    }
}
