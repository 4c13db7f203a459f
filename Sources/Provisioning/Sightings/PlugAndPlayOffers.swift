// SPDX-License-Identifier: GPL-3.0-or-later

import DHCPConfig
import JSONText
import Logging
public import NetTypes
import PhonePlugins
import ProvModel

/// What a phone says of itself when it asks the network by SIP multicast where to go.
public struct PlugAndPlayRequest: Sendable, Equatable {
    /// The hardware address that it names.
    public var mac: MACAddress
    /// The manufacturer that it names.
    public var vendor: String?
    /// The model that it names.
    public var model: String?
    /// The firmware version that it names.
    public var version: String?
    /// The `User-Agent` header.
    public var userAgent: String?
    /// The address that it asks from.
    public var address: IPv4Address

    /// Makes a request with nothing but what every request has.
    public init(mac: MACAddress, address: IPv4Address) {
        self.mac = mac
        self.address = address
    }
}

/// Decides which phones that ask by SIP multicast are told where to go, and what.
public struct PlugAndPlayOffers: Sendable {
    private let appliance: Appliance
    private let registry: DeviceRegistry
    private let advice: DHCPAdvice

    /// Makes the use case.
    public init(_ appliance: Appliance, registry: DeviceRegistry, advice: DHCPAdvice) {
        self.appliance = appliance
        self.registry = registry
        self.advice = advice
    }

    /// The URL for a phone, in the form that the vendor definitions give its family.
    ///
    /// - Returns: `nil` if it is no phone that is known: whoever else is on the network may have an answer for it.
    /// - Throws: `StoreError` if the database cannot be used.
    public func url(for request: PlugAndPlayRequest) async throws -> String? {
        guard let family = advice.family(mac: request.mac, vendor: request.vendor), let url = advice.url(for: family.id) else {
            appliance.logger.info("a device that is no known phone asks by SIP multicast", metadata: ["mac": "\(request.mac)", "ip": "\(request.address)"])
            return nil
        }
        let seen = appliance.plugins.catalog.identify(PhoneRequest(protocol: .http, userAgent: request.userAgent))
        let sighting = Sighting(
            source: .sip, trust: .claimed,
            identity: Sighting.Identity(
                mac: request.mac, vendor: seen.vendor ?? family.vendor, model: seen.model ?? request.model,
                version: seen.version ?? request.version),
            ip: .v4(request.address), basis: seen.basis + ["it names itself \(request.vendor ?? "by its hardware address") in SIP plug and play"])
        if let device = try await registry.sight(sighting) {
            await appliance.journal.note(
                TimelineEvent(
                    device: device.id, mac: request.mac, time: appliance.now(), step: .recognised,
                    text: "asked by SIP multicast where to go, and was told \(url)",
                    details: ["source": "sip", "ip": .string(request.address.description), "url": .string(url)]))
        }
        return url
    }
}
