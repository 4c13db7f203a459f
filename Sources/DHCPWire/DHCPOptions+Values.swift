// SPDX-License-Identifier: GPL-3.0-or-later

public import NetTypes

/// Values by their form. Each accessor gives `nil` if the option is absent and throws
/// `DHCPWireError.invalid` or `.truncated`, naming the option, if its octets have another form.
extension DHCPOptions {
    /// An option that is one IPv4 address.
    public func address(_ code: DHCPOptionCode) throws(DHCPWireError) -> IPv4Address? {
        guard let value = self[code] else { return nil }
        guard value.count == 4 else {
            throw .invalid(field: code.description, reason: "an address has 4 octets, not \(value.count)")
        }
        var reader = ByteReader(value)
        return try reader.address(code.description)
    }

    /// An option that is a list of at least one IPv4 address.
    public func addresses(_ code: DHCPOptionCode) throws(DHCPWireError) -> [IPv4Address]? {
        guard let value = self[code] else { return nil }
        guard !value.isEmpty, value.count.isMultiple(of: 4) else {
            throw .invalid(field: code.description, reason: "addresses have 4 octets each, and there are \(value.count)")
        }
        var reader = ByteReader(value)
        var result: [IPv4Address] = []
        while reader.available > 0 { result.append(try reader.address(code.description)) }
        return result
    }

    /// An option that is a number of one, two or four octets.
    public func number(_ code: DHCPOptionCode) throws(DHCPWireError) -> UInt32? {
        guard let value = self[code] else { return nil }
        guard [1, 2, 4].contains(value.count) else {
            throw .invalid(field: code.description, reason: "a number has 1, 2 or 4 octets, not \(value.count)")
        }
        return value.reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// An option that is text, without the zero octets that some clients and servers put at its end.
    ///
    /// Octets that are not UTF-8 become U+FFFD. Control characters stay: escape the text before showing it.
    ///
    /// - Parameter limit: Octets that are looked at; the rest is left out.
    public func text(_ code: DHCPOptionCode, limit: Int = .max) -> String? {
        self[code].map { textWithoutTrailingZeros($0.prefix(limit)) }
    }
}

/// Octets as text, without zero octets at the end (Cisco's vendor class ends in one).
func textWithoutTrailingZeros(_ octets: ArraySlice<UInt8>) -> String {
    String(decoding: octets.trimmingTrailingZeros, as: UTF8.self)
}

extension ArraySlice<UInt8> {
    /// The octets up to the last one that is not zero.
    var trimmingTrailingZeros: ArraySlice<UInt8> {
        // Nearly always everything is zero, and a loop without an exit looks at many octets at once.
        guard reduce(0, |) != 0 else { return [] }
        var end = endIndex
        while end > startIndex, self[end - 1] == 0 { end -= 1 }
        return self[..<end]
    }
}
