// SPDX-License-Identifier: GPL-3.0-or-later

/// A person's SIP account, and the device on which it rings.
public struct Line: Sendable, Hashable, Identifiable {
    /// The line's key.
    public let id: LineID
    /// The tenant that the line belongs to.
    public var tenant: TenantID
    /// The number that others dial.
    public var number: String
    /// The person's name as phones show it.
    public var displayName: String
    /// The SIP user name, unique over all lines and autoprov accounts.
    public var username: String
    /// The SIP password.
    public var password: String
    /// The digits that tie a dialling device to this line, or `nil` if it cannot be dialled.
    public var provisioningCode: String?
    /// When the line was given its code, in seconds since 1970; `nil` if that was not noted.
    public var codeIssued: Double?
    /// When a phone was made the line's by this code, in seconds since 1970; `nil` if none was yet.
    public var codeUsed: Double?
    /// Where the line registers; `nil` means provd's own registrar.
    public var server: SIPServer?
    /// The device that the line is on, or `nil` if it has none yet.
    public var device: DeviceID?

    /// Makes a line that is on no device.
    public init(
        id: LineID, tenant: TenantID, number: String, displayName: String, username: String, password: String,
        provisioningCode: String?, server: SIPServer? = nil, device: DeviceID? = nil
    ) {
        self.id = id
        self.tenant = tenant
        self.number = number
        self.displayName = displayName
        self.username = username
        self.password = password
        self.provisioningCode = provisioningCode
        self.server = server
        self.device = device
    }

    /// Gives the line another code, which nobody has dialled yet; `nil` takes its code away.
    public mutating func issue(code: String?, at time: Double) {
        provisioningCode = code
        codeIssued = code == nil ? nil : time
        codeUsed = nil
    }
}

/// A SIP server as phones are told of it.
public struct SIPServer: Sendable, Hashable {
    /// A host name or address.
    public var host: String
    /// The port, or `nil` for the default of the transport.
    public var port: UInt16?

    /// Makes a server.
    public init(host: String, port: UInt16? = nil) {
        self.host = host
        self.port = port
    }
}

/// The SIP account of one device in autoprov. It can dial provisioning codes and nothing else.
public struct AutoprovAccount: Sendable, Hashable {
    /// `ap` and eight random characters, unique over all accounts.
    public let username: String
    /// A random password.
    public let password: String
    /// The device that was given the account.
    public let device: DeviceID

    /// Makes an account.
    public init(username: String, password: String, device: DeviceID) {
        self.username = username
        self.password = password
        self.device = device
    }
}
