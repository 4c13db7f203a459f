// SPDX-License-Identifier: GPL-3.0-or-later

public import JSONText
public import NetTypes

/// One step of a device's way to a working line, as an administrator reads it.
public struct TimelineEvent: Sendable, Equatable {
    /// What kind of step it is.
    public enum Step: String, Sendable, CaseIterable {
        /// A DHCP message of the device was seen.
        case dhcp
        /// The device became known, or more became known of it.
        case recognised
        /// A plugin was chosen.
        case associated
        /// A file was asked for.
        case fetched
        /// The device sent a file, such as its log.
        case sent
        /// The device registered, or its registration ended.
        case registered
        /// The device dialled.
        case dialled
        /// A line was tied to the device, or taken from it.
        case assigned
        /// The device was asked to fetch its configuration again.
        case synchronise
        /// An administrator changed something.
        case administered
    }

    /// How the step ended.
    public enum Outcome: String, Sendable {
        /// As it should.
        case done
        /// provd said no, with a reason.
        case refused
        /// Something went wrong.
        case failed
    }

    /// The position in the journal: later events have greater numbers. Zero until stored.
    public var id: Int64 = 0
    /// The device.
    public var device: DeviceID
    /// The device's hardware address, if known then.
    public var mac: MACAddress?
    /// When it happened, in seconds since 1970.
    public var time: Double
    /// What kind of step it is.
    public var step: Step
    /// How it ended.
    public var outcome: Outcome
    /// The step in plain words, without secrets.
    public var text: String
    /// The same for programs, without secrets.
    public var details: JSONObject
    /// How many equal steps in a row this event stands for.
    public var repeats: Int = 1

    /// Makes an event that is not stored yet.
    public init(
        device: DeviceID, mac: MACAddress?, time: Double, step: Step, outcome: Outcome = .done, text: String,
        details: JSONObject = [:]
    ) {
        self.device = device
        self.mac = mac
        self.time = time
        self.step = step
        self.outcome = outcome
        self.text = text
        self.details = details
    }

    /// The member of the details that names the request of which the step came, as the log does.
    public static let requestMember = "request"

    /// The same step with the request that the task answers, if it answers one.
    public var ofCurrentRequest: TimelineEvent {
        guard let request = RequestID.current else { return self }
        var event = self
        event.details[Self.requestMember] = .string(request.description)
        return event
    }

    /// Whether another event says the same of the same device, so that one can stand for both. That it came of another request makes no difference.
    public func isRepeated(by other: TimelineEvent) -> Bool {
        guard device == other.device && step == other.step && outcome == other.outcome && text == other.text else { return false }
        return details == other.details || withoutRequest == other.withoutRequest
    }

    private var withoutRequest: JSONObject {
        var details = details
        details[Self.requestMember] = nil
        return details
    }
}
