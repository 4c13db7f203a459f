// SPDX-License-Identifier: GPL-3.0-or-later

public import NetTypes

/// An option's value as a definition writes it: a type, and text with site values in braces such as `{http_url}`.
public indirect enum ValueTemplate: Sendable, Hashable {
    /// Text in UTF-8, with a NUL at its end only where the family wants one.
    case text(String, nulTerminated: Bool)
    /// IPv4 addresses, four octets each.
    case addresses([String])
    /// An unsigned number of one, two or four octets.
    case number(UInt32, octets: Int)
    /// A number of one, two or four octets that is a site value.
    case numberOf(String, octets: Int)
    /// Octets as they are.
    case octets([UInt8])
    /// Encapsulated options (RFC 2132, 8.4): code, length, value, one after the other.
    case suboptions([Suboption])
    /// Vendor-identifying information (option 125, RFC 3925, 4): enterprise number, length, encapsulated options.
    case enterprise(UInt32, [Suboption])

    /// One encapsulated option.
    public struct Suboption: Sendable, Hashable {
        /// Its code.
        public let code: UInt8
        /// Its value.
        public let value: ValueTemplate
        /// Where it is written.
        public let location: SourceLocation
    }
}

/// The values that templates can name.
public enum SiteValueName: String, Sendable, CaseIterable {
    /// The base URL over HTTP or, if the site chose so, HTTPS; without a slash at its end.
    case httpURL = "http_url"
    /// The host of that URL.
    case httpHost = "http_host"
    /// Its port, also where the URL leaves it out.
    case httpPort = "http_port"
    /// Its path without a slash at its beginning or end; empty if it has none.
    case httpPath = "http_path"
    /// The TFTP server as text: an address or a name.
    case tftpServer = "tftp_server"
    /// The TFTP server's IPv4 address.
    case tftpAddress = "tftp_address"
    /// The VLAN that a data subnet hands phones over to.
    case voiceVLAN = "voice_vlan"
}

/// A value ready for the wire, with how to say it in words.
public struct EncodedValue: Sendable, Hashable {
    /// What kind of value it is, which decides how a server's configuration writes it.
    public enum Form: Sendable, Hashable {
        case text(String)
        case addresses([IPv4Address])
        case number(UInt32)
        case octets
    }

    /// The octets as they go on the wire.
    public let octets: [UInt8]
    /// What they are.
    public let form: Form
    /// What they mean, in words.
    public let meaning: String
}

extension ValueTemplate {
    /// Why a value cannot be made.
    struct EncodingError: Error {
        let message: String
        /// Whether a shorter URL of provd would help.
        var isTooLong = false
    }

    /// Makes the value with `values` in place of the names in braces.
    func encode(_ values: [SiteValueName: String]) throws(EncodingError) -> EncodedValue {
        switch self {
        case .text(let template, let nulTerminated):
            let text = try Self.expand(template, values)
            if text.utf8.contains(0) { throw EncodingError(message: "the text holds a NUL octet") }
            if nulTerminated {
                return EncodedValue(octets: Array(text.utf8) + [0], form: .octets, meaning: "“\(text)” and a NUL")
            }
            return EncodedValue(octets: Array(text.utf8), form: .text(text), meaning: "“\(text)”")
        case .addresses(let templates):
            var addresses: [IPv4Address] = []
            for template in templates {
                let text = try Self.expand(template, values)
                guard let address = IPv4Address(text) else {
                    throw EncodingError(message: "“\(text.excerpt)” is not an IPv4 address")
                }
                addresses.append(address)
            }
            let meaning = addresses.map(\.description).joined(separator: ", ")
            return EncodedValue(octets: addresses.flatMap(\.octets), form: .addresses(addresses), meaning: meaning)
        case .number(let number, let octets):
            return try Self.number(number, octets)
        case .numberOf(let template, let octets):
            let text = try Self.expand(template, values)
            guard let number = UInt32(text) else { throw EncodingError(message: "“\(text.excerpt)” is not a number") }
            return try Self.number(number, octets)
        case .octets(let octets):
            return EncodedValue(octets: octets, form: .octets, meaning: "octets \(hexadecimal(octets))")
        case .suboptions(let suboptions):
            let (octets, meaning) = try Self.encapsulate(suboptions, values)
            return EncodedValue(octets: octets, form: .octets, meaning: meaning)
        case .enterprise(let number, let suboptions):
            let (data, meaning) = try Self.encapsulate(suboptions, values)
            guard let length = UInt8(exactly: data.count) else {
                throw EncodingError(message: "the data of enterprise \(number) has \(data.count) octets, more than 255", isTooLong: true)
            }
            let head = (0..<4).map { UInt8(truncatingIfNeeded: number >> UInt32(24 - 8 * $0)) }
            return EncodedValue(octets: head + [length] + data, form: .octets, meaning: "enterprise \(number): \(meaning)")
        }
    }

    /// The names that the template uses.
    var names: Set<SiteValueName> {
        switch self {
        case .text(let template, _), .numberOf(let template, _): Self.names(in: template)
        case .addresses(let templates): Set(templates.flatMap(Self.names(in:)))
        case .number, .octets: []
        case .suboptions(let suboptions), .enterprise(_, let suboptions): Set(suboptions.flatMap(\.value.names))
        }
    }

    private static func names(in template: String) -> Set<SiteValueName> {
        Set(SiteValueName.allCases.filter { template.contains("{\($0.rawValue)}") })
    }

    private static func number(_ number: UInt32, _ count: Int) throws(EncodingError) -> EncodedValue {
        guard count >= 4 || number < UInt32(1) << UInt32(8 * count) else {
            throw EncodingError(message: "\(number) does not fit in \(count) octet\(count == 1 ? "" : "s")")
        }
        let octets = (0..<count).map { UInt8(truncatingIfNeeded: number >> UInt32(8 * (count - 1 - $0))) }
        return EncodedValue(octets: octets, form: .number(number), meaning: "\(number)")
    }

    private static func encapsulate(
        _ suboptions: [Suboption], _ values: [SiteValueName: String]
    ) throws(EncodingError) -> (octets: [UInt8], meaning: String) {
        var octets: [UInt8] = []
        var meanings: [String] = []
        for suboption in suboptions {
            let value = try suboption.value.encode(values)
            guard let length = UInt8(exactly: value.octets.count) else {
                throw EncodingError(message: "sub-option \(suboption.code) has \(value.octets.count) octets, more than 255", isTooLong: true)
            }
            octets += [suboption.code, length] + value.octets
            meanings.append("sub-option \(suboption.code) \(value.meaning)")
        }
        return (octets, meanings.joined(separator: ", "))
    }

    /// Puts site values in place of names in braces.
    static func expand(_ template: String, _ values: [SiteValueName: String]) throws(EncodingError) -> String {
        var result = ""
        var rest = template[...]
        while let open = rest.firstIndex(of: "{") {
            result += rest[..<open]
            guard let close = rest[open...].firstIndex(of: "}") else { throw EncodingError(message: "“{” has no “}” after it") }
            let name = String(rest[rest.index(after: open)..<close])
            guard let known = SiteValueName(rawValue: name) else {
                let names = SiteValueName.allCases.map { "{\($0.rawValue)}" }.joined(separator: ", ")
                throw EncodingError(message: "“{\(name.excerpt)}” is no site value: there are \(names)")
            }
            guard let value = values[known] else { throw EncodingError(message: "the site does not give a value for {\(name)}") }
            result += value
            rest = rest[rest.index(after: close)...]
        }
        return result + rest
    }
}

/// Octets as two lower-case digits each, with `separator` between.
func hexadecimal(_ octets: some Sequence<UInt8>, separator: String = ":") -> String {
    octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: separator)
}
