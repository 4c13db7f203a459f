// SPDX-License-Identifier: GPL-3.0-or-later

/// Paths from outside: whether they can only mean something within one directory.
public enum PluginPath {
    /// Whether a relative path stays within its directory: names joined by single slashes, no `.` or `..`, no backslash,
    /// no control character, of bounded length.
    public static func isSafe(_ path: some StringProtocol) -> Bool {
        guard !path.isEmpty, path.utf8.count <= PluginLimits.pathBytes else { return false }
        guard path.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\\") }) else { return false }
        return path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy { part in
            !part.isEmpty && !part.elementsEqual(".".utf8) && !part.elementsEqual("..".utf8)
        }
    }
}
