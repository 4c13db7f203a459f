// SPDX-License-Identifier: GPL-3.0-or-later

public import NetTypes

/// The beginning of hardware addresses: an OUI of three octets, or up to five where a make has part of one.
public struct MACPrefix: Sendable, Hashable {
    /// The octets, three to five.
    public let octets: [UInt8]

    /// Reads `00:15:65` or `00:04:13:e2`, with `:` or `-`, in either case.
    ///
    /// - Returns: `nil` if the text has another form.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count <= 14 else { return nil }
        let groups = text.split(omittingEmptySubsequences: false) { $0 == ":" || $0 == "-" }
        guard (3...5).contains(groups.count) else { return nil }
        var octets: [UInt8] = []
        for group in groups {
            guard group.utf8.count == 2, group.first != "+", let octet = UInt8(group, radix: 16) else { return nil }
            octets.append(octet)
        }
        self.octets = octets
    }

    /// Whether `address` begins so.
    public func contains(_ address: MACAddress) -> Bool { address.octets.starts(with: octets) }

    /// Whether some address begins with both.
    public func overlaps(_ other: MACPrefix) -> Bool {
        octets.starts(with: other.octets) || other.octets.starts(with: octets)
    }
}

extension MACPrefix: CustomStringConvertible {
    public var description: String {
        octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ":")
    }
}
