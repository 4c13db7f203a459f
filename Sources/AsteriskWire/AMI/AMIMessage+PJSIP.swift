// SPDX-License-Identifier: GPL-3.0-or-later

extension AMIMessage {
    /// Sends a NOTIFY to the contacts of an endpoint (res/res_pjsip_notify.c).
    ///
    /// - Parameter headers: Header fields of the NOTIFY by name, `Event` among them.
    public static func notify(endpoint: String, headers: [(name: String, value: String)]) -> AMIMessage {
        AMIMessage(action: "PJSIPNotify", [Field("Endpoint", endpoint)] + headers.map { Field("Variable", "\($0.name)=\(argument($0.value))") })
    }

    /// Sends a NOTIFY to a URI, with the default outbound endpoint.
    public static func notify(uri: String, headers: [(name: String, value: String)]) -> AMIMessage {
        AMIMessage(action: "PJSIPNotify", [Field("URI", uri)] + headers.map { Field("Variable", "\($0.name)=\(argument($0.value))") })
    }

    /// A value as Asterisk reads it (main/app.c): a comma would begin the next variable, quotation marks would go.
    private static func argument(_ value: String) -> String {
        value.replacing(#"\"#, with: #"\\"#).replacing(",", with: #"\,"#).replacing("\"", with: #"\""#)
    }

    /// Lists the contacts of all endpoints.
    public static let showContacts = AMIMessage(action: "PJSIPShowContacts")

    /// Loads a module's configuration anew.
    public static func reload(module: String) -> AMIMessage { AMIMessage(action: "Reload", [Field("Module", module)]) }

    /// Whether it is a response that says that the action was done.
    public var isSuccess: Bool { self["Response"]?.lowercased() == "success" }
}

/// What Asterisk tells of a contact of an endpoint.
public struct AMIContact: Sendable, Hashable {
    /// The endpoint, which has the name of the account.
    public let endpoint: String
    /// Where it is reached.
    public let uri: String
    /// When it ends unless it is renewed, in seconds since 1970; a change shows a new registration. Only lists have it.
    public let expires: Int?
    /// Whether it is there no longer.
    public let isRemoved: Bool

    /// Reads an event `ContactStatus`, or one of the events `ContactList` of a list; `nil` if it is another or says too little.
    ///
    /// Field names as Asterisk's documentation of its events has them, versions 16 to 23.
    public init?(_ message: AMIMessage) {
        switch message.event {
        case "ContactStatus":
            guard let endpoint = message["EndpointName"], let uri = message["URI"], let status = message["ContactStatus"] else { return nil }
            (self.endpoint, self.uri, expires) = (endpoint, uri, nil)
            isRemoved = status == "Removed"
        case "ContactList":
            guard let endpoint = message["Endpoint"], let uri = message["Uri"] else { return nil }
            (self.endpoint, self.uri, expires) = (endpoint, uri, message["ExpirationTime"].flatMap(Int.init))
            isRemoved = false
        default: return nil
        }
        guard !endpoint.isEmpty else { return nil }
    }
}
