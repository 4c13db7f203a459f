// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import NetTypes
import PhonePlugins
import PhoneSimulation

/// What one phone would do, for people and for programs.
struct PlanListing {
    let model: PhoneSelection.Model
    let mac: MACAddress

    private var plan: BootPlan { model.plan }
    private var paths: [String] { plan.steps.map { $0.path.text(for: mac) } }

    var text: String {
        var line = "\(plan.name)  \(mac)  \(plan.transport.rawValue): \(paths.joined(separator: " "))"
        if let agent = plan.userAgent { line += "  as “\(agent.text(for: mac))”" }
        let remarks = remarks
        if !remarks.isEmpty { line += "  (\(remarks.joined(separator: "; ")))" }
        return line
    }

    private var remarks: [String] {
        var remarks: [String] = []
        if plan.anonymousRequests > 0 { remarks.append("\(plan.anonymousRequests) requests that name no phone are left out") }
        if !plan.showsModel {
            remarks.append(plan.vendorClass == nil ? "nothing names its model: add it as a device first" : "only DHCP names its model: use --sightings-socket")
        }
        if model.reader?.namesPort == false { remarks.append("its configuration names no port of the registrar: it takes 5060") }
        return remarks
    }

    var json: JSONValue {
        [
            "plugin": .string(plan.plugin.id.text), "vendor": .string(plan.plugin.manifest.vendor), "model": .string(plan.model.name),
            "version": plan.version.map(JSONValue.string) ?? .null, "mac": .string(mac.description), "transport": .string(plan.transport.rawValue),
            "paths": .array(paths.map(JSONValue.string)), "user_agent": plan.userAgent.map { .string($0.text(for: mac)) } ?? .null,
            "vendor_class": plan.vendorClass.map { .string($0.text(for: mac)) } ?? .null, "shows_model": .bool(plan.showsModel),
            "registers": .bool(model.reader != nil),
        ]
    }
}
