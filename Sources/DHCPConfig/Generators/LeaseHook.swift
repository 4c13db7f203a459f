// SPDX-License-Identifier: GPL-3.0-or-later

/// The program that a DHCP server starts for every lease, so that provd learns of it.
public struct LeaseHook: Sendable, Hashable {
    /// The path of `provd-dhcp-hook`.
    public let program: String
    /// The directory of Kea's hook libraries.
    public let keaLibraries: String

    /// Debian's directory of Kea's hook libraries on a machine like this one.
    public static var debianKeaLibraries: String {
        #if arch(arm64)
            "/usr/lib/aarch64-linux-gnu/kea/hooks"
        #else
            "/usr/lib/x86_64-linux-gnu/kea/hooks"
        #endif
    }

    /// Makes a hook.
    ///
    /// - Returns: `nil` unless both paths are absolute and of characters that no server's configuration gives a meaning to.
    public init?(program: String, keaLibraries: String = Self.debianKeaLibraries) {
        guard Self.isPlain(program), Self.isPlain(keaLibraries) else { return nil }
        self.program = program
        self.keaLibraries = keaLibraries
    }

    private static func isPlain(_ path: String) -> Bool {
        path.hasPrefix("/") && !path.hasSuffix("/") && path.utf8.count <= 1000
            && path.unicodeScalars.allSatisfy { scalar in
                scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil || "/._+-".unicodeScalars.contains(scalar))
            }
    }
}

extension DiagnosticList {
    /// Reports that the platform cannot call a program.
    mutating func noteMissingHook(_ options: GeneratorOptions, _ platform: ServerPlatform) {
        guard options.hook != nil else { return }
        warning(
            nil, "\(platform.rawValue) can call no program for a lease: the hook is left out",
            "let dhcp-sniffd watch the network instead")
    }
}
