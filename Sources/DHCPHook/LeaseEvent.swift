// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
public import NetTypes

/// What a DHCP server reports of one lease when it calls the hook.
public struct LeaseEvent: Sendable, Hashable {
    /// What became of the lease. The raw value is the DHCP message that has the same effect.
    public enum Change: String, Sendable {
        /// The client has the address now, or still.
        case acknowledged = "ack"
        /// The client gave it back, or its time ran out.
        case ended = "release"
        /// The client found it in use by somebody else.
        case declined = "decline"
    }

    /// Octets of a text that count: a DHCP option has no more, unless it is sent in parts.
    static let maximumTextLength = 255

    /// What became of the lease.
    public var change: Change
    /// The client's hardware address.
    public var mac: MACAddress
    /// The client's address.
    public var ip: IPv4Address
    /// The relay that passed the message on (`giaddr`).
    public var relay: IPv4Address?
    /// The server's interface on which the message came in.
    public var interface: String?
    /// The vendor class identifier (option 60).
    public var vendorClass: String?
    /// The user class (option 77); several are joined by a comma.
    public var userClass: String?
    /// The host name (option 12).
    public var hostname: String?
    /// The options that the client asked for, in its order (option 55).
    public var parameterRequestList: [UInt8]?

    /// Makes an event with nothing but what every report has.
    public init(_ change: Change, mac: MACAddress, ip: IPv4Address) {
        self.change = change
        self.mac = mac
        self.ip = ip
    }

    /// The event as provd reads it from its socket: one line of JSON with its newline.
    ///
    /// - Parameter time: When it happened, in seconds since 1970.
    public func observationLine(time: Double) -> [UInt8] {
        var members: JSONObject = [
            "observer": "hook", "time": .double(time), "type": .string(change.rawValue), "mac": .string(mac.description),
            "ip": .string(ip.description), "repeats": 1,
        ]
        members["relay"] = relay.map { .string($0.description) }
        members["interface"] = interface.map(JSONValue.string)
        members["vendor_class"] = vendorClass.map(JSONValue.string)
        members["user_class"] = userClass.map(JSONValue.string)
        members["hostname"] = hostname.map(JSONValue.string)
        members["parameter_request_list"] = parameterRequestList.map { .array($0.map { .int(Int($0)) }) }
        return JSONValue.object(members).serialized() + [UInt8(ascii: "\n")]
    }
}

extension LeaseEvent {
    /// A text that a client sent, without NULs at its end and bounded; `nil` if nothing is left.
    static func text(_ octets: some Sequence<UInt8>) -> String? {
        var octets = Array(octets.prefix(maximumTextLength))
        while octets.last == 0 { octets.removeLast() }
        return octets.isEmpty ? nil : String(decoding: octets, as: UTF8.self)
    }

    static func text(_ value: String?) -> String? { value.flatMap { text($0.utf8) } }

    /// An address that means something; a server writes 0.0.0.0 for “none”.
    static func address(_ value: String?) -> IPv4Address? {
        guard let value, let address = IPv4Address(value), address != .any else { return nil }
        return address
    }
}
