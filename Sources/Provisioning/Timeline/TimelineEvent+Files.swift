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
        case .file(let file): details["bytes"] = .int(file.size)
        case .refused: break
        }
        return TimelineEvent(
            device: device.id, mac: device.mac, time: now, step: .fetched,
            text: "fetched \(request.path) by \(request.transport.rawValue.uppercased()) from \(request.asker)", details: details)
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
