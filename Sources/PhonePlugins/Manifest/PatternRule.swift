// SPDX-License-Identifier: GPL-3.0-or-later

public import NetTypes

/// The protocols by which phones show themselves.
public enum PhoneProtocol: String, Sendable, Hashable, CaseIterable {
    /// HTTP and HTTPS requests for files.
    case http
    /// TFTP read requests.
    case tftp
    /// DHCP messages.
    case dhcp
    /// SIP requests.
    case sip

    /// The parts of a request in which patterns are looked for.
    var fields: [PatternField] {
        switch self {
        case .http: [.path, .userAgent]
        case .tftp: [.path]
        case .dhcp: [.vendorClass, .userClass, .hostname]
        case .sip: [.userAgent]
        }
    }
}

/// The part of a request that a pattern is compared with.
public enum PatternField: String, Sendable, Hashable, CaseIterable {
    /// The path that is asked for, beginning with a slash.
    case path
    /// The `User-Agent` header of HTTP (RFC 9110, 10.1.5) or SIP (RFC 3261, 20.41).
    case userAgent = "user_agent"
    /// The vendor class identifier (option 60, RFC 2132, 9.13).
    case vendorClass = "vendor_class"
    /// The user class (option 77, RFC 3004).
    case userClass = "user_class"
    /// The host name (option 12, RFC 2132, 3.14).
    case hostname
}

/// One pattern of a manifest: where it is looked for, what it claims, and samples that prove it.
public struct PatternRule: Sendable {
    /// A text that the pattern matches, and what follows from it.
    public struct Sample: Sendable {
        /// The text.
        public let text: String
        /// What the text tells: every key, no more.
        public let gives: PhoneIdentity
        /// Where it is written.
        public let place: PluginProblem.Place
    }

    /// The protocol whose requests are looked at.
    public let `protocol`: PhoneProtocol
    /// The part of the request.
    public let field: PatternField
    /// What it looks like.
    public let pattern: Pattern
    /// What a match claims, each key once.
    public let claims: [(key: IdentityKey, template: CaptureTemplate)]
    /// The manufacturers' prefixes for which alone a match counts; empty for all. They are compared with the captured address, or
    /// with that of the message (``PhoneRequest/mac``) if the pattern captures none.
    public let ouis: [OUI]
    /// Texts that the tests compare with it.
    public let samples: [Sample]
    /// Where it is written.
    public let place: PluginProblem.Place
}
