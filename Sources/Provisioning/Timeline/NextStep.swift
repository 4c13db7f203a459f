// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import NetTypes
public import ProvModel

/// What a device is expected to do next on its way to a working line, and what to do if it does not.
public struct NextStep: Sendable, Equatable {
    /// What is waited for, for programs that have words of their own.
    public enum Kind: String, Sendable, CaseIterable {
        /// Somebody must install or choose a plugin.
        case plugin
        /// The device asked for a file and did not get it.
        case file
        /// A DHCP server must give it an address.
        case address
        /// It must ask for its configuration.
        case request
        /// It must register with its autoprov account.
        case registration
        /// Somebody must dial a provisioning code on it.
        case code
        /// It must fetch the configuration of its owner.
        case ownerRequest = "owner-request"
        /// It must register with its owner's line.
        case ownerRegistration = "owner-registration"
        /// Nothing: it has arrived.
        case nothing
    }

    /// What is waited for.
    public let kind: Kind
    /// One or two sentences for an administrator.
    public let text: String
    /// Whether the device has arrived: nothing more is expected.
    public let isArrived: Bool

    /// Works out the next step.
    ///
    /// - Parameters:
    ///   - device: The device as it is now.
    ///   - lines: The lines on it.
    ///   - events: Its timeline, oldest first.
    ///   - unseenRegistrar: The PBX at which its lines register, if provd does not see it.
    public static func of(_ device: Device, lines: [Line], events: [TimelineEvent], unseenRegistrar: String? = nil) -> NextStep {
        if let obstacle = obstacle(device, events) { return obstacle }
        let registered = registeredUsername(events)
        guard let line = lines.first else { return beforeALine(device, registered, events) }
        let owner = "\(line.displayName), number \(line.number)"
        if registered == line.username { return NextStep(kind: .nothing, text: "nothing: it is registered as the phone of \(owner)", isArrived: true) }
        if device.remoteStateSIPUsername == line.username, let unseenRegistrar {
            return NextStep(
                kind: .nothing,
                text: "nothing: it has the configuration of \(owner), and registers at \(unseenRegistrar), which provd cannot see",
                isArrived: true)
        }
        if device.remoteStateSIPUsername == line.username {
            return expected(.ownerRegistration, "it registers with the line of \(owner)", otherwise: "see that it reaches the line's SIP server")
        }
        return expected(
            .ownerRequest, "it fetches the configuration of \(owner)",
            otherwise: "“provctl device sync \(device.mac?.description ?? device.id.description)”, or restart it by hand")
    }

    /// Whether the next step depends on where the device's lines register: it has its owner's configuration and is not seen to register.
    static func dependsOnRegistrar(_ device: Device, lines: [Line], events: [TimelineEvent]) -> Bool {
        guard let line = lines.first, device.remoteStateSIPUsername == line.username else { return false }
        return registeredUsername(events) != line.username
    }

    /// What keeps the device from going on until somebody does something.
    private static func obstacle(_ device: Device, _ events: [TimelineEvent]) -> NextStep? {
        guard device.plugin != nil else {
            return NextStep(
                kind: .plugin, text: "no plugin serves \(device.nameInWords): install one, or choose one for the device", isArrived: false)
        }
        guard let last = events.last(where: { $0.step == .fetched && !$0.isProbe }) else { return nil }
        switch last.outcome {
        case .done: return nil
        case .refused, .failed: return NextStep(kind: .file, text: "it \(last.text)", isArrived: false)
        }
    }

    private static func beforeALine(_ device: Device, _ registered: String?, _ events: [TimelineEvent]) -> NextStep {
        if registered != nil { return expected(.code, "somebody dials a provisioning code on it", otherwise: "“provctl line list” shows the codes") }
        if device.remoteStateSIPUsername != nil {
            return expected(.registration, "it registers with its autoprov account", otherwise: "see that it reaches provd's SIP port")
        }
        let dhcp = events.last { $0.step == .dhcp }?.details["type"]?.string
        switch dhcp {
        case "discover"?, "offer"?, "request"?, "nak"?:
            return expected(.address, "it is given an address by DHCP", otherwise: "see that a DHCP server answers on its network")
        default:
            return expected(
                .request, "it asks for its configuration over HTTP or TFTP",
                otherwise: "see with “dhcpd-config explain” which DHCP options it needs, and that its server gives them")
        }
    }

    private static func expected(_ kind: Kind, _ step: String, otherwise remedy: String) -> NextStep {
        NextStep(kind: kind, text: "\(step); if it does not: \(remedy)", isArrived: false)
    }

    /// The user name with which the device is registered now, as far as the timeline tells.
    static func registeredUsername(_ events: [TimelineEvent]) -> String? {
        var usernames: [String] = []
        for event in events where event.step == .registered && event.outcome == .done {
            guard let username = event.details["username"]?.string else { continue }
            usernames.removeAll { $0 == username }
            if event.details["registration"]?.string == PhoneAccounts.Registration.began.rawValue { usernames.append(username) }
        }
        return usernames.last
    }
}

extension TimelineEvent {
    /// Whether the device asked for a file that it can do without.
    var isProbe: Bool { details["refusal"]?.string == PhoneFileAnswer.Refusal.Kind.noSuchFile.rawValue }
}
