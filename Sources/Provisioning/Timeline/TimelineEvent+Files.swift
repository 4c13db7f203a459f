// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import NetTypes
import ProvModel

extension TimelineEvent {
    static func fetched(
        _ device: Device, _ request: PhoneFileRequest, _ answer: PhoneFileAnswer, now: Double
    ) -> TimelineEvent {
        var details = request.details
        switch answer {
        case .content(let content):
            details["bytes"] = .int(content.bytes.count)
            details["sha256"] = .string(content.sha256)
            // Where the phone asked is in what it was given: who compares it with what is wanted must know.
            details["server"] = request.server.map { .string($0.description) }
        case .file(let file): details["bytes"] = .int(file.size)
        case .refused: break
        }
        return TimelineEvent(
            device: device.id, mac: device.mac, time: now, step: .fetched,
            text: "fetched \(request.path) by \(request.transport.rawValue.uppercased()) from \(request.asker)", details: details)
    }

    /// The device asked for a file that its plugin does not have: phones ask for many that they can do without.
    static func notOffered(_ device: Device, _ request: PhoneFileRequest, by plugin: String, now: Double) -> TimelineEvent {
        var details = request.details
        details["refusal"] = .string(PhoneFileAnswer.Refusal.Kind.noSuchFile.rawValue)
        return TimelineEvent(
            device: device.id, mac: device.mac, time: now, step: .fetched, outcome: .refused,
            text: "asked for \(request.path) by \(request.transport.rawValue.uppercased()), which need not exist: plugin \(plugin) has none", details: details)
    }

    static func notServed(
        _ device: Device, _ request: PhoneFileRequest, _ kind: PhoneFileAnswer.Refusal.Kind, _ reason: String, now: Double
    ) -> TimelineEvent {
        var details = request.details
        details["refusal"] = .string(kind.rawValue)
        return TimelineEvent(
            device: device.id, mac: device.mac, time: now, step: .fetched, outcome: kind == .trouble ? .failed : .refused,
            text: "asked for \(request.path) by \(request.transport.rawValue.uppercased()) and did not get it: \(reason)",
            details: details)
    }
}

extension PhoneFileRequest {
    fileprivate var details: JSONObject {
        ["transport": .string(transport.rawValue), "path": .string(path), "ip": .string(asker.description)]
    }
}

extension TimelineEvent {
    static func received(
        _ device: Device, _ request: PhoneFileRequest, name: String, byteCount: Int, now: Double
    ) -> TimelineEvent {
        var details = request.details
        details["name"] = .string(name)
        details["bytes"] = .int(byteCount)
        return TimelineEvent(
            device: device.id, mac: device.mac, time: now, step: .sent,
            text: "sent \(request.path), \(byteCount) bytes, from \(request.asker)", details: details)
    }

    static func notReceived(
        _ device: Device, _ request: PhoneFileRequest, outcome: Outcome, _ reason: String, now: Double
    ) -> TimelineEvent {
        TimelineEvent(
            device: device.id, mac: device.mac, time: now, step: .sent, outcome: outcome,
            text: "wanted to send \(request.path), which was not kept: \(reason)", details: request.details)
    }

    /// A transfer by TFTP that ended before the phone had the whole file.
    static func brokeOff(
        _ device: Device, _ request: PhoneFileRequest, at byteCount: Int, of wholeByteCount: Int, _ reason: String, now: Double
    ) -> TimelineEvent {
        var details = request.details
        details["bytes"] = .int(byteCount)
        details["size"] = .int(wholeByteCount)
        return TimelineEvent(
            device: device.id, mac: device.mac, time: now, step: .fetched, outcome: .failed,
            text: "did not get all of \(request.path) by \(request.transport.rawValue.uppercased()): \(byteCount) of \(wholeByteCount) bytes; \(reason)",
            details: details)
    }
}
