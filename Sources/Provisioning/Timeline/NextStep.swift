// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import NetTypes
public import ProvModel

/// What a device is expected to do next on its way to a working line, and what to do if it does not.
public struct NextStep: Sendable, Equatable {
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
    public static func of(_ device: Device, lines: [Line], events: [TimelineEvent]) -> NextStep {
        if let obstacle = obstacle(device, events) { return NextStep(text: obstacle, isArrived: false) }
        let registered = registeredUsername(events)
        guard let line = lines.first else { return beforeALine(device, registered, events) }
        let owner = "\(line.displayName), number \(line.number)"
        if registered == line.username { return NextStep(text: "nothing: it is registered as the phone of \(owner)", isArrived: true) }
        if device.remoteStateSIPUsername == line.username {
            return expected("it registers with the line of \(owner)", otherwise: "see that it reaches the line's SIP server")
        }
        return expected(
            "it fetches the configuration of \(owner)",
            otherwise: "“provctl device sync \(device.mac?.description ?? device.id.description)”, or restart it by hand")
    }

    /// What keeps the device from going on until somebody does something.
    private static func obstacle(_ device: Device, _ events: [TimelineEvent]) -> String? {
        guard device.plugin != nil else {
            return "no plugin serves \(device.nameInWords): install one, or choose one for the device"
        }
        guard let last = events.last(where: { $0.step == .fetched && !$0.isProbe }) else { return nil }
        switch last.outcome {
        case .done: return nil
        case .refused, .failed: return "it \(last.text)"
        }
    }

    private static func beforeALine(_ device: Device, _ registered: String?, _ events: [TimelineEvent]) -> NextStep {
        if registered != nil { return expected("somebody dials a provisioning code on it", otherwise: "“provctl line list” shows the codes") }
        if device.remoteStateSIPUsername != nil {
            return expected("it registers with its autoprov account", otherwise: "see that it reaches provd's SIP port")
        }
        let dhcp = events.last { $0.step == .dhcp }?.details["type"]?.string
        switch dhcp {
        case "discover"?, "offer"?, "request"?, "nak"?:
            return expected("it is given an address by DHCP", otherwise: "see that a DHCP server answers on its network")
        default:
            return expected(
                "it asks for its configuration over HTTP or TFTP",
                otherwise: "see with “dhcpd-config explain” which DHCP options it needs, and that its server gives them")
        }
    }

    private static func expected(_ step: String, otherwise remedy: String) -> NextStep {
        NextStep(text: "\(step); if it does not: \(remedy)", isArrived: false)
    }

    /// The user name with which the device is registered now, as far as the timeline tells.
    private static func registeredUsername(_ events: [TimelineEvent]) -> String? {
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
    fileprivate var isProbe: Bool { details["refusal"]?.string == PhoneFileAnswer.Refusal.Kind.noSuchFile.rawValue }
}
