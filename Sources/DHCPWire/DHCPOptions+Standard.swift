// SPDX-License-Identifier: GPL-3.0-or-later

public import NetTypes

/// The options that provisioning works with, by name. As with the accessors by form, `nil` means absent and an error
/// means that the octets have another form.
extension DHCPOptions {
    /// What the message is (option 53); `nil` for plain BOOTP.
    public var messageType: DHCPMessageType? {
        get throws(DHCPWireError) {
            guard let number = try number(.messageType) else { return nil }
            guard let type = UInt8(exactly: number).flatMap(DHCPMessageType.init(rawValue:)) else {
                throw .invalid(field: DHCPOptionCode.messageType.description, reason: "no message type has number \(number)")
            }
            return type
        }
    }

    /// The address that the client would like (option 50).
    public var requestedAddress: IPv4Address? {
        get throws(DHCPWireError) { try address(.requestedAddress) }
    }

    /// The server that the message is from or for (option 54).
    public var serverIdentifier: IPv4Address? {
        get throws(DHCPWireError) { try address(.serverIdentifier) }
    }

    /// The codes that the client asks for, in its order (option 55).
    public var parameterRequestList: [DHCPOptionCode]? {
        self[.parameterRequestList]?.map { DHCPOptionCode($0) }
    }

    /// The client's name (option 12).
    public var hostName: String? { text(.hostName) }

    /// The kind of client, as its vendor writes it (option 60).
    public var vendorClassIdentifier: String? { text(.vendorClassIdentifier) }

    /// The client's user classes (option 77).
    public var userClass: DHCPUserClass? {
        self[.userClass].map { DHCPUserClass(decoding: $0) }
    }

    /// How the client identifies itself to the server (option 61).
    public var clientIdentifier: DHCPClientIdentifier? {
        get throws(DHCPWireError) {
            guard let value = self[.clientIdentifier] else { return nil }
            return try DHCPClientIdentifier(decoding: value)
        }
    }

    /// The client's fully qualified name (option 81).
    public var clientFQDN: DHCPClientFQDN? {
        get throws(DHCPWireError) {
            guard let value = self[.clientFQDN] else { return nil }
            return try DHCPClientFQDN(decoding: value)
        }
    }

    /// The sub-options of option 43. Phones that put text there make this throw: read `text(_:)` then.
    public var vendorSpecificInformation: DHCPSuboptions? {
        get throws(DHCPWireError) {
            guard let value = self[.vendorSpecificInformation] else { return nil }
            return try DHCPSuboptions(decoding: value, field: "option 43", marks: true)
        }
    }

    /// What the relay tells about the client's place (option 82).
    public var relayAgentInformation: RelayAgentInformation? {
        get throws(DHCPWireError) {
            guard let value = self[.relayAgentInformation] else { return nil }
            return RelayAgentInformation(try DHCPSuboptions(decoding: value, field: "option 82", marks: false))
        }
    }

    /// The client's architectures (option 93, RFC 4578).
    public var clientArchitectures: [UInt16]? {
        get throws(DHCPWireError) {
            guard let value = self[.clientArchitecture] else { return nil }
            var reader = ByteReader(value)
            var result: [UInt16] = []
            while reader.available > 0 { result.append(try reader.uint16("option 93")) }
            return result
        }
    }

    /// The kind of client by enterprise (option 124).
    public var vendorIdentifyingClasses: [VendorIdentification]? {
        get throws(DHCPWireError) {
            guard let value = self[.vendorIdentifyingClass] else { return nil }
            return try VendorIdentification.decode(value, field: "option 124")
        }
    }

    /// Vendors' options by enterprise (option 125).
    public var vendorIdentifyingInformation: [VendorIdentification]? {
        get throws(DHCPWireError) {
            guard let value = self[.vendorIdentifyingInformation] else { return nil }
            return try VendorIdentification.decode(value, field: "option 125")
        }
    }
}
