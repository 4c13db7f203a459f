// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import JSONText
import NetTypes
import Provisioning

/// What a program beside a DHCP server reports of a lease: the object `dhcp_info` of `/0.2/dev_mgr/dhcpinfo`.
enum LeaseReport: Equatable {
    /// A client was given an address.
    case commit(DHCPLease)
    /// A lease ended. Nothing follows from it: a phone that is switched off stays the device that it was.
    case end

    /// Reads a report.
    ///
    /// - Throws: `APIError` that names the member.
    init(_ report: JSONObject) throws {
        let operation = try Self.text("op", of: report)
        guard ["commit", "expiry", "release"].contains(operation) else {
            throw APIError(.badRequest, "op is commit, expiry or release", field: "op")
        }
        guard let ip = IPv4Address(try Self.text("ip", of: report)) else {
            throw APIError(.badRequest, "ip is an IPv4 address, as 192.0.2.7", field: "ip")
        }
        guard operation == "commit" else {
            self = .end
            return
        }
        guard let mac = MACAddress(try Self.text("mac", of: report)) else {
            throw APIError(.badRequest, "mac is a hardware address, as 00:15:65:aa:bb:cc", field: "mac")
        }
        guard let options = report["options"]?.array else {
            throw APIError(.badRequest, "options is a list, which may be empty", field: "options")
        }
        var texts: [UInt8: String] = [:]
        for option in options {
            let (code, text) = try Self.option(option)
            texts[code] = text
        }
        self = .commit(DHCPLease(mac: mac, ip: ip, options: texts))
    }

    private static func text(_ name: String, of report: JSONObject) throws -> String {
        guard let text = report[name]?.string else { throw APIError(.badRequest, "dhcp_info needs \(name), a text", field: name) }
        return text
    }

    /// Reads an option as ISC dhcpd's `binary-to-ascii` writes it: three digits of its code, then its bytes in
    /// hexadecimal with dots, such as `06041.61.73` for option 60 with the text `Aas`.
    private static func option(_ value: JSONValue) throws -> (code: UInt8, text: String) {
        let wrong = APIError(
            .badRequest, "an option is three digits of its code and its bytes in hexadecimal with dots, as 06041.61.73", field: "options")
        guard let text = value.string, let code = UInt8(digits: text.utf8.prefix(3), radix: 10), text.utf8.count > 3 else { throw wrong }
        var characters = String.UnicodeScalarView()
        for part in text.utf8.dropFirst(3).split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
            guard let byte = UInt8(digits: part, radix: 16) else { throw wrong }
            characters.append(Unicode.Scalar(byte))
        }
        return (code, String(characters))
    }
}

extension UInt8 {
    /// Reads digits only: no sign, and nothing that does not fit.
    fileprivate init?(digits: Substring.UTF8View, radix: Int) {
        guard digits.first != UInt8(ascii: "+"), digits.first != UInt8(ascii: "-"),
            let value = UInt8(Substring(digits), radix: radix)
        else { return nil }
        self = value
    }
}
