// SPDX-License-Identifier: GPL-3.0-or-later

public import NetTypes
import ProvModel

/// A phone's request for a file, as both doors put it.
public struct PhoneFileRequest: Sendable {
    /// The protocols by which phones fetch files.
    public enum Transport: String, Sendable, CaseIterable {
        case http, tftp
    }

    /// The longest path that is looked at. The longest that a phone is known to ask for has 80 characters.
    public static let maximumPathLength = 1_024

    /// The longest User-Agent header that is looked at. The longest that a phone is known to send has some 150 characters, and that of
    /// a browser some 300.
    public static let maximumUserAgentLength = 512

    /// How it was asked for.
    public var transport: Transport
    /// The path: percent-decoded, with `/` in front, without a query.
    public var path: String
    /// The User-Agent header, for HTTP; `nil` also if it was longer than that of any phone.
    public var userAgent: String?
    /// The address from which it was asked for.
    public var asker: IPAddress
    /// The address that the phone asked, which its next request can go to as well.
    public var server: IPAddress?
    /// Whether only the headers are wanted (HTTP HEAD).
    public var isHeadersOnly: Bool
    /// The tenant whose provisioning key stood before the path, where it stands no more: nobody sees it in a timeline or a log.
    private(set) var tenant: TenantID?

    /// Checks what a client asks for.
    ///
    /// - Returns: `nil` if the path is one that no phone sends: with `..`, control characters, or too long.
    public init?(
        transport: Transport, path: String, userAgent: String?, asker: IPAddress, server: IPAddress? = nil, isHeadersOnly: Bool = false
    ) {
        guard path.utf8.count <= Self.maximumPathLength, path.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
        else { return nil }
        // TFTP clients leave the first slash out or write two, and some write backslashes.
        let segments = path.split(whereSeparator: { $0 == "/" || $0 == "\\" })
        guard !segments.contains(".."), !segments.contains(".") else { return nil }
        self.transport = transport
        self.path = "/" + segments.joined(separator: "/")
        self.userAgent = userAgent.flatMap { $0.utf8.count <= Self.maximumUserAgentLength ? $0 : nil }
        self.asker = asker
        self.server = server
        self.isHeadersOnly = isHeadersOnly
    }
}

extension PhoneFileRequest {
    /// The request without the provisioning key that is the first segment of its path, if it is one.
    func unlocked(with keys: [String: TenantID]) -> PhoneFileRequest {
        let segment = path.dropFirst().prefix { $0 != "/" }
        guard tenant == nil, let tenant = keys[String(segment)] else { return self }
        var request = self
        request.tenant = tenant
        let rest = path.dropFirst(1 + segment.count)
        request.path = rest.isEmpty ? "/" : String(rest)
        return request
    }
}

/// What a phone gets.
public enum PhoneFileAnswer: Sendable {
    /// The file's content, rendered for this device.
    case content(RenderedContent)
    /// A file on disk.
    case file(StoredFile)
    /// Nothing, and why.
    case refused(Refusal)

    /// A file made for one device.
    public struct RenderedContent: Sendable {
        /// The bytes in the phone's character set.
        public let bytes: [UInt8]
        /// The media type, with its charset where it has one.
        public let mediaType: String
        /// The SHA-256 of the bytes in lower-case hexadecimal.
        public let sha256: String
    }

    /// A file that is the same for all.
    public struct StoredFile: Sendable {
        /// Where it lies.
        public let path: String
        /// How many bytes it has.
        public let size: Int
        /// The media type.
        public let mediaType: String
    }

    /// Why a phone gets nothing.
    public struct Refusal: Sendable, Equatable {
        /// The kinds of refusal, which each protocol says in its own way.
        public enum Kind: String, Sendable {
            /// Nothing tells which device asks.
            case unknownDevice = "unknown-device"
            /// The device is known, but nothing serves it or its plugin has no such file.
            case noSuchFile = "no-such-file"
            /// The file holds credentials and this asker may not have it.
            case forbidden
            /// provd cannot answer now.
            case trouble
        }

        /// The kind.
        public let kind: Kind
        /// One sentence for whoever reads the answer. It has no secrets and says nothing of other devices.
        public let text: String
    }
}
