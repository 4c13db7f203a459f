// SPDX-License-Identifier: GPL-3.0-or-later

/// How a phone is told to fetch its configuration again.
public enum Synchronisation: Sendable, Hashable {
    /// The phones have no means for it; somebody must restart them.
    case unsupported
    /// By SIP NOTIFY (RFC 3265) with this `Event` header: `check-sync;reboot=false`, `check-sync`, or an event of the manufacturer's own, and
    /// with what some manufacturers' phones read besides.
    case notify(event: String, body: NotifyBody?)
    /// By an HTTP request to the phone's own page.
    case httpAction(PhoneHTTPAction)
}

/// What a phone reads in a NOTIFY.
public struct NotifyBody: Sendable, Hashable {
    /// Its lines, without line ends. `$call_id` in one stands for the Call-ID with which the phone registered, by which some see that it is their
    /// registrar who tells them; where that is not known, for nothing.
    public let lines: [String]
    /// Its media type.
    public let contentType: String
}

/// An HTTP request to the phone itself, by which it fetches its configuration or restarts.
public struct PhoneHTTPAction: Sendable, Hashable {
    /// The methods of such requests.
    public enum Method: String, Sendable, Hashable, CaseIterable {
        case get, post
    }

    /// Whose name and password the phone wants: those of the raw configuration's `admin_…` or `user_…` parameters.
    public enum Credentials: String, Sendable, Hashable, CaseIterable {
        case none, admin, user
    }

    /// The path on the phone, with query.
    public var path: String
    /// The method.
    public var method: Method
    /// Whether it is sent over TLS. Phones have certificates that nobody signed, so it is not checked.
    public var isSecure: Bool
    /// The port, or `nil` for the scheme's own.
    public var port: Int?
    /// Whose name and password are sent.
    public var credentials: Credentials
    /// The body of a POST.
    public var body: String?
    /// The media type of the body.
    public var contentType: String

    /// Describes a request.
    public init(
        path: String, method: Method = .get, isSecure: Bool = false, port: Int? = nil, credentials: Credentials = .none, body: String? = nil,
        contentType: String = "application/x-www-form-urlencoded"
    ) {
        self.path = path
        self.method = method
        self.isSecure = isSecure
        self.port = port
        self.credentials = credentials
        self.body = body
        self.contentType = contentType
    }
}
