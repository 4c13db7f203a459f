// SPDX-License-Identifier: GPL-3.0-or-later

/// The `;name=value` parameters of a header field value or of a URI, in their order.
///
/// Names are compared without regard to case. A parameter can stand without a value (`;lr`).
public struct SIPParameters: Sendable, Hashable {
    /// One parameter.
    public struct Parameter: Sendable, Hashable {
        /// The name as it was written.
        public let name: String

        /// The value without quotes; `nil` without a value.
        public let value: String?

        /// Whether the value is written as a quoted string.
        public let isQuoted: Bool

        /// Creates a parameter.
        public init(_ name: String, _ value: String?, isQuoted: Bool = false) {
            self.name = name
            self.value = value
            self.isQuoted = isQuoted
        }
    }

    /// The most parameters that are read. Real values have less than ten; comparing two lists costs the product of their lengths.
    public static let maximumCount = 64

    /// All parameters in order.
    public private(set) var list: [Parameter]

    /// Creates a list of parameters.
    public init(_ list: [Parameter] = []) {
        self.list = list
    }

    /// The value of the parameter with this name; `nil` without it or without a value.
    public subscript(_ name: String) -> String? {
        list.first { equalIgnoringASCIICase($0.name, name) }?.value
    }

    /// Whether a parameter with this name is there, with or without a value.
    public func contains(_ name: String) -> Bool {
        list.contains { equalIgnoringASCIICase($0.name, name) }
    }

    /// Sets a parameter, in its place if it is there already, else at the end.
    public mutating func set(_ name: String, _ value: String?) {
        let parameter = Parameter(name, value)
        if let index = list.firstIndex(where: { equalIgnoringASCIICase($0.name, name) }) {
            list[index] = parameter
        } else {
            list.append(parameter)
        }
    }

    /// The parameters as they stand in a message, each with its semicolon.
    public var text: String {
        list.reduce(into: "") { text, parameter in
            text += ";" + parameter.name
            guard let value = parameter.value else { return }
            text += parameter.isQuoted ? "=" + quotedString(value) : "=" + value
        }
    }

    /// Reads `*( SEMI generic-param )`, up to the first byte that does not continue it.
    init(scanning scanner: inout ByteScanner) throws(SIPParseError) {
        list = []
        while scanner.takeSeparator(UInt8(ascii: ";")) {
            guard let name = scanner.takeToken() else {
                throw SIPParseError(.headerValue, "Empty Parameter")
            }
            guard list.count < Self.maximumCount else {
                throw SIPParseError(.headerValue, "Too Many Parameters")
            }
            guard scanner.takeSeparator(UInt8(ascii: "=")) else {
                list.append(Parameter(name, nil))
                continue
            }
            if scanner.peek == UInt8(ascii: "\"") {
                guard let value = scanner.takeQuotedString() else {
                    throw SIPParseError(.headerValue, "Unbalanced Quotes")
                }
                list.append(Parameter(name, value, isQuoted: true))
            } else {
                let value = scanner.take(while: SIPGrammar.isParameterValue)
                guard !value.isEmpty else {
                    throw SIPParseError(.headerValue, "Empty Parameter Value")
                }
                list.append(Parameter(name, String(decoding: value, as: UTF8.self)))
            }
        }
    }
}

/// Text as a `quoted-string` (RFC 3261 section 25.1), quotes and backslashes escaped.
func quotedString(_ text: String) -> String {
    var bytes: [UInt8] = [UInt8(ascii: "\"")]
    for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), 0x00..<0x20, 0x7F:
            // CR and LF cannot be escaped; a space in their place keeps the line one line.
            if byte == 0x0D || byte == 0x0A {
                bytes.append(0x20)
            } else {
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            }
        default:
            bytes.append(byte)
        }
    }
    bytes.append(UInt8(ascii: "\""))
    return String(decoding: bytes, as: UTF8.self)
}
