// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import NetTypes
import ProvModel

extension TimelineEvent {
    /// A problem that the sniffer saw, with what to do about it.
    ///
    /// - Parameter advice: Gives the lines to paste where the definitions know them.
    static func dhcpProblem(_ device: Device, _ problem: DHCPProblemReport, advice: DHCPAdvice?) -> TimelineEvent {
        var details: JSONObject = ["problem": .string(problem.problem.rawValue), "remedy": .string(problem.remedy)]
        details["server"] = problem.server.map { .string($0.description) }
        details["ip"] = problem.ip.map { .string($0.description) }
        details["relay"] = problem.relay.map { .string($0.description) }
        details["interface"] = problem.interface.map(JSONValue.string)
        details["vlan"] = problem.vlan.map { .int(Int($0)) }
        details["wanted_options"] = problem.wantedOptions.map { .array($0.map { .int(Int($0)) }) }
        var text = "\(problem.text): \(problem.remedy)"
        if problem.problem.isAboutOptions, let family = problem.family, let advice {
            let values = advice.values(for: family)
            if !values.isEmpty { text += "; it should be sent \(values.joined(separator: ", "))" }
            let lines = advice.lines(for: family)
            if !lines.isEmpty { details["lines"] = .object(lines) }
        } else if !problem.problem.isAboutOptions, let lines = problem.pasteableLines {
            details["lines"] = .object(lines)
        }
        return TimelineEvent(
            device: device.id, mac: device.mac, time: problem.time, step: .dhcp, outcome: problem.problem.outcome, text: text,
            details: details)
    }
}

extension DHCPProblemReport {
    /// The commands and lines for each kind of server, and those for any machine on the network.
    fileprivate var pasteableLines: JSONObject? {
        var pasteable = JSONObject(Server.allCases.compactMap { server in lines(for: server).map { (server.rawValue, JSONValue.string($0)) } })
        pasteable["network"] = networkCommands.map(JSONValue.string)
        return pasteable.isEmpty ? nil : pasteable
    }
}

extension DHCPProblemReport.Kind {
    fileprivate var isAboutOptions: Bool { self == .noProvisioningOptions || self == .otherOptions }

    fileprivate var outcome: TimelineEvent.Outcome { self == .refusedAgain ? .refused : .failed }
}
