// SPDX-License-Identifier: GPL-3.0-or-later

public import NetTypes
public import PhonePlugins

/// How phones of one model boot: what they ask for, as whom, and in which order. It is the same for all phones of the model but for their addresses.
public struct BootPlan: Sendable {
    /// One request.
    public struct Step: Sendable, Hashable {
        /// The path, beginning with a slash.
        public let path: AddressedText
        /// Whether the phone cannot come up without the file. All else may be missing, and often is.
        public let isNeeded: Bool
    }

    /// The plugin whose phones these are.
    public let plugin: Plugin
    /// The model, as the plugin lists it.
    public let model: PhoneModel
    /// The firmware version that the phones say they have.
    public let version: String?
    /// The manufacturer's prefix of the phones' addresses, with zeros behind it.
    public let firstAddress: MACAddress
    /// How many bits of an address tell the phones apart: 24, or 16 where a manufacturer's phones have but a part of its addresses.
    public let numberBits: Int
    /// By what the phones fetch files.
    public let transport: PhoneProtocol
    /// What the phones call themselves over HTTP, if the plugin knows it.
    public let userAgent: AddressedText?
    /// What the phones call themselves over SIP.
    public let sipUserAgent: AddressedText?
    /// What the phones call themselves in DHCP (option 60).
    public let vendorClass: AddressedText?
    /// The requests in their order; the last is for the file that makes the phone what it is.
    public let steps: [Step]
    /// Requests that real phones send and that are left out, because neither path nor user agent names the phone: from one address
    /// nobody can tell whose they are.
    public let anonymousRequests: Int
    /// Whether provd can know the model from the requests alone, without DHCP.
    public let showsModel: Bool

    /// The plugin and the model in a few words.
    public var name: String { "\(plugin.id) \(model.name)" }

    /// The address of a phone.
    ///
    /// - Parameter number: Which of all simulated phones it is; the low bits count.
    public func address(of number: Int) -> MACAddress { firstAddress.numbered(number, bits: numberBits) }
}

extension MACAddress {
    /// The address with a number in its last bits.
    func numbered(_ number: Int, bits count: Int) -> MACAddress {
        let mask = UInt64(1) << UInt64(count) - 1
        return MACAddress(bits: bits & ~mask | UInt64(truncatingIfNeeded: number) & mask)
    }
}

/// Phones of a model cannot be played: why, in words for an administrator.
public struct PlanProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// The plugin and the model.
    public let name: String
    /// Why.
    public let reason: String

    public var description: String { "\(name): \(reason)" }
}
