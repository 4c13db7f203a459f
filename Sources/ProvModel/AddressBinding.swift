// SPDX-License-Identifier: GPL-3.0-or-later

public import NetTypes

/// Evidence that a hardware address has an IP address, by which files with credentials are guarded.
public struct AddressBinding: Sendable, Equatable {
    /// What the binding rests on.
    public enum Source: String, Sendable {
        /// A DHCP acknowledgement that was seen, or that the server told.
        case dhcp
        /// The device was the first to ask for its file while enrolment was open, and nothing better was known.
        case firstAsker = "first-asker"
        /// An administrator said so.
        case administrator
    }

    /// The hardware address.
    public var mac: MACAddress
    /// The address that it has.
    public var ip: IPAddress
    /// What that rests on.
    public var source: Source
    /// Since when, in seconds since 1970.
    public var time: Double

    /// Makes a binding.
    public init(mac: MACAddress, ip: IPAddress, source: Source, time: Double) {
        self.mac = mac
        self.ip = ip
        self.source = source
        self.time = time
    }
}
