// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import NetTypes
import PhonePlugins
public import ProvModel

/// Takes in what the sniffer and the hooks see of DHCP.
public struct DHCPSightings: Sendable {
    let appliance: Appliance
    let registry: DeviceRegistry
    let advice: DHCPAdvice?

    /// The most messages that one observation is believed to stand for. An observer that could not report for a day, on a network
    /// where one client asks ten times a second, counts fewer.
    private static let maximumRepeats = 1_000_000

    /// Makes the use case.
    ///
    /// - Parameter advice: Says what to add to a DHCP server; `nil` if there are no vendor definitions.
    public init(_ appliance: Appliance, registry: DeviceRegistry, advice: DHCPAdvice? = nil) {
        self.appliance = appliance
        self.registry = registry
        self.advice = advice
    }

    /// Takes an observation in: it may make a device known, bind its address, and stands on its timeline.
    ///
    /// - Throws: `StoreError` if it could not be kept; the observer keeps it then and brings it again.
    public func take(_ observation: DHCPObservation) async throws {
        var observation = observation
        observation.repeats = min(max(1, observation.repeats), Self.maximumRepeats)
        appliance.metrics.count(observation)
        if observation.recognition == nil { observation.recognition = advice?.recognition(of: observation) }
        let acknowledged = observation.type == .ack ? observation.ip : nil
        let recognised = appliance.recognition.identify(observation.asPluginsSeeIt, with: appliance.plugins.catalog)
        let sighting = Sighting(
            source: .dhcp, trust: .observed, identity: identity(of: observation, recognised.identity),
            ip: acknowledged.map(IPAddress.v4), basis: recognised.basis + (observation.recognition.map { [$0.basis] } ?? []))
        guard let device = try await registry.sight(sighting) else { return }
        if let acknowledged { try await registry.bind(observation.mac, to: .v4(acknowledged), source: .dhcp) }
        var event = TimelineEvent(
            device: device.id, mac: observation.mac, time: observation.time, step: .dhcp,
            outcome: observation.type == .nak ? .refused : .done, text: observation.words, details: observation.details)
        event.repeats = observation.repeats
        await appliance.journal.note(event)
    }

    /// What the vendor definitions and the plugins' patterns make of it; the plugins know the model names that count.
    private func identity(of observation: DHCPObservation, _ plugins: Sighting.Identity) -> Sighting.Identity {
        let definitions = observation.recognition
        return Sighting.Identity(
            mac: observation.mac, serialNumber: plugins.serialNumber, uuid: plugins.uuid,
            vendor: plugins.vendor ?? definitions?.vendor, model: plugins.model ?? definitions?.model,
            version: plugins.version ?? definitions?.version)
    }
}

extension DHCPObservation {
    fileprivate var asPluginsSeeIt: PhoneRequest {
        PhoneRequest(protocol: .dhcp, vendorClass: vendorClass, userClass: userClass, hostname: hostname, mac: mac)
    }

    /// The message in words, without anything that changes from one exchange to the next.
    fileprivate var words: String {
        let address = ip?.description ?? "an address"
        let place = (vlan.map { " in VLAN \($0)" } ?? "") + (circuitID.map { " at circuit \($0)" } ?? "")
        return switch type {
        case .discover: "looks for a DHCP server\(place)"
        case .offer: "was offered \(address)\(server.map { " by \($0)" } ?? "")\(place)"
        case .request: "asks for \(address)\(place)"
        case .ack: "has \(address)\(server.map { " from \($0)" } ?? "")\(place)"
        case .nak: "was refused its address\(server.map { " by \($0)" } ?? "")\(place)"
        case .decline: "found \(address) in use by somebody else\(place)"
        case .release: "gave \(address) back\(place)"
        case .inform: "has \(address) and asks for options\(place)"
        }
    }

    fileprivate var details: JSONObject {
        var details: JSONObject = ["type": .string(type.rawValue), "observer": .string(observer.rawValue)]
        details["ip"] = ip.map { .string($0.description) }
        details["server"] = server.map { .string($0.description) }
        details["relay"] = relay.map { .string($0.description) }
        details["circuit_id"] = circuitID.map(JSONValue.string)
        details["remote_id"] = remoteID.map(JSONValue.string)
        details["client_id"] = clientID.map(JSONValue.string)
        details["fqdn"] = fqdn.map(JSONValue.string)
        details["vendor_class"] = vendorClass.map(JSONValue.string)
        details["hostname"] = hostname.map(JSONValue.string)
        details["parameter_request_list"] = parameterRequestList.map { .array($0.map { .int(Int($0)) }) }
        details["provisioning_options"] = provisioningOptions.map { .array($0.map { .int(Int($0)) }) }
        return details
    }
}
