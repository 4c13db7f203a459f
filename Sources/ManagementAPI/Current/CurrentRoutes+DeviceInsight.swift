// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import HTTPTypes
import JSONText
import NetTypes
import ProvModel
import Provisioning

extension CurrentRoutes {
    /// From where sightings come.
    private static let sources: [Sighting.Source] = [.dhcp, .http, .tftp, .sip, .administrator]

    /// Why a device is what it is: what was seen of it, and what is made for it.
    var deviceInsight: [APIRoute] {
        let useCases = useCases
        return [
            APIRoute(.get, "/1.0/devices/{name}/config", "provd.devices.{name}.config.read") { request in
                let device = try await Self.device(request, useCases)
                guard let config = try await useCases.preview.effectiveConfig(of: device) else {
                    throw APIError(.notFound, "the device has no configuration: give it a config or a line")
                }
                return .ok(["raw_config": .object(config.rawConfig), "provenance": .object(config.provenance)])
            }.described(APIOperation("A device's effective parameters, and which document each comes from; secrets are masked.", answer: "EffectiveConfig")),
            APIRoute(.get, "/1.0/devices/{name}/files", "provd.devices.{name}.files.read") { request in
                let device = try await Self.device(request, useCases)
                return .ok(["files": .array(useCases.preview.files(of: device).map(Self.document))])
            }.described(APIOperation("The files that a device's plugin has for it.", answer: "Files")),
            APIRoute(.get, "/1.0/devices/{name}/file", "provd.devices.{name}.files.read") { request in
                guard let path = request.query["path"], path.hasPrefix("/") else {
                    throw APIError(.badRequest, "name the file's path, as path=/0015650abb01.cfg", field: "path")
                }
                let transport = request.query["transport"].map(PhoneFileRequest.Transport.init(rawValue:))
                if case .some(.none) = transport { throw APIError(.badRequest, "a transport is http or tftp", field: "transport") }
                let server = request.query["server"].map { IPAddress($0) }
                if case .some(.none) = server { throw APIError(.badRequest, "a server is an address of this appliance", field: "server") }
                let device = try await Self.device(request, useCases)
                let content = try await useCases.preview.content(ofPath: path, for: device, by: transport ?? nil, at: server ?? nil)
                return .ok(try Self.document(path, content))
            }.described(
                APIOperation("One file as the device is given it, with secrets masked.", answer: "File", 
                    query: [
                        .text("path", matching: "^/", "the file's path").required,
                        .word("transport", of: ["http", "tftp"], "how the device asks; HTTP is tried first if left out"),
                        .text("server", "the address of this appliance that the device asks, if it is not the usual one"),
                    ])),
            APIRoute(.get, "/1.0/devices/{name}/evidence", "provd.devices.{name}.evidence.read") { request in
                let device = try await Self.device(request, useCases)
                return .ok(try await Self.evidence(of: device, useCases))
            }.described(APIOperation("What was seen of a device, and how it came to its plugin.", answer: "Evidence")),
            APIRoute(.get, "/1.0/sightings", "provd.sightings.read") { request in
                let limit = try Self.number("limit", request, in: 1...1_000) ?? 100
                let source = request.query["source"].map(Sighting.Source.init(rawValue:))
                if case .some(.none) = source {
                    let words = Self.sources.map(\.rawValue).joined(separator: ", ")
                    throw APIError(.badRequest, "a source is one of \(words)", field: "source")
                }
                let isUnknownOnly = try Self.flag("unknown", request)
                let scope = try await request.scope()
                // What is no device yet belongs to nobody: only the appliance's own tenant is shown it.
                let seesUnknown = scope.holds(useCases.tenant)
                let seen = useCases.sightings.latest(
                    where: { entry in
                        (source == nil || entry.sighting.source == source) && (!isUnknownOnly || entry.device == nil) && (seesUnknown || entry.device != nil)
                    }, limit: seesUnknown ? limit : .max)
                var entries: [SightingShelf.Entry] = []
                for entry in seen where entries.count < limit {
                    if !seesUnknown {
                        guard let id = entry.device, scope.holds(try await useCases.store.device(id)?.tenant) else { continue }
                    }
                    entries.append(entry)
                }
                return .ok(["sightings": .array(entries.map(Self.document))])
            }.described(
                APIOperation(
                    "What was seen of devices lately, also of those that are not known.", answer: "Sightings",
                    query: [
                        .number("limit", 1...1_000, "how many at the most (default 100)"), 
                        .word("source", of: Self.sources.map(\.rawValue), "only those of this source"),
                        .flag("unknown", "whether only those that are no device"),
                    ])),
            APIRoute(.post, "/1.0/sightings", "provd.sightings.create") { request in
                let sighting = try Self.sighting(request.body), scope = try await request.scope()
                // What nobody has seen yet becomes a device of the appliance's own tenant, and what is another's is not to be changed or shown.
                let isKnown = if let mac = sighting.identity.mac { try await useCases.devices(request).device(mac.description) != nil } else { false }
                guard scope.holds(useCases.tenant) || isKnown else {
                    throw APIError(.forbidden, "only the appliance's own tenant can say what a device is that is not yet yours", field: "mac")
                }
                guard let device = try await useCases.registry.sight(sighting) else {
                    throw APIError(.badRequest, "nothing in this tells a device apart")
                }
                return .created(Self.document(device, lines: []), at: "/1.0/devices/\(device.id)", device.revision)
            }.described(
                APIOperation("Say what a device is, before it shows itself.", body: "SightingDraft", status: 201, answer: "Device", revision: .shown)),
        ]
    }

    private static func sighting(_ body: JSONValue) throws -> Sighting {
        let object = try members(of: body, "a sighting", known: ["mac", "vendor", "model", "version", "ip"])
        guard let mac = try text("mac", in: object).flatMap({ MACAddress($0) }) else {
            throw APIError(.badRequest, "a mac is six groups of two digits with colons, as 00:15:65:aa:bb:cc", field: "mac")
        }
        var ip: IPAddress?
        if let address = try text("ip", in: object) {
            guard let parsed = IPAddress(address) else { throw APIError(.badRequest, "an ip is an address, as 192.0.2.7", field: "ip") }
            ip = parsed
        }
        return Sighting(
            source: .administrator, trust: .decided,
            identity: .init(
                mac: mac, vendor: try text("vendor", in: object), model: try text("model", in: object), version: try text("version", in: object)),
            ip: ip, basis: ["an administrator said so"])
    }

    private static func evidence(of device: Device, _ useCases: ManagementUseCases) async throws -> JSONValue {
        var binding = JSONValue.null
        if let mac = device.mac, let known = try await useCases.store.binding(of: mac) {
            binding = ["ip": .string(known.ip.description), "source": .string(known.source.rawValue), "time": .double(known.time)]
        }
        let association = try await useCases.store.association(of: device.id).map { association -> JSONValue in
            ["plugin": .string(association.plugin), "level": .int(association.level), "reason": .string(association.reason)]
        }
        let recent = try await useCases.store.recentTimelines(of: [device.id], limits: [.dhcp: 20, .recognised: 20, .associated: 20])
        let events = (recent[device.id]?.events ?? []).suffix(20)
        let sightings = useCases.sightings.latest(where: { $0.device == device.id }, limit: 20)
        return [
            "binding": binding, "association": association ?? .null, "sightings": .array(sightings.map(document)),
            "events": .array(events.map(document)),
        ]
    }

    private static func document(_ entry: SightingShelf.Entry) -> JSONValue {
        let sighting = entry.sighting
        var document: JSONObject = [
            "source": .string(sighting.source.rawValue), "trust": .string(sighting.trust.name),
            "device": entry.device.map { .string($0.description) } ?? .null, "first": .double(entry.first), "last": .double(entry.last),
            "count": .int(entry.count), "basis": .array(sighting.basis.map(JSONValue.string)),
        ]
        document["mac"] = sighting.identity.mac.map { .string($0.description) }
        document["ip"] = sighting.ip.map { .string($0.description) }
        document["vendor"] = sighting.identity.vendor.map(JSONValue.string)
        document["model"] = sighting.identity.model.map(JSONValue.string)
        document["version"] = sighting.identity.version.map(JSONValue.string)
        return .object(document)
    }

    private static func document(_ file: FilePreview.File) -> JSONValue {
        [
            "path": .string(file.path), "protocols": .array(file.protocols.map(JSONValue.string)), "template": .bool(file.isTemplate),
            "sensitive": .bool(file.isSensitive), "trigger": .bool(file.isTrigger),
        ]
    }

    private static func document(_ path: String, _ content: FilePreview.Content) throws -> JSONValue {
        switch content {
        case .rendered(let bytes, let mediaType, let digest, let isTrigger):
            var document: JSONObject = [
                "path": .string(path), "media_type": .string(mediaType), "sha256": .string(digest), "trigger": .bool(isTrigger),
            ]
            if let text = String(validating: bytes, as: UTF8.self) {
                document["text"] = .string(text)
            } else {
                document["base64"] = .string(Data(bytes).base64EncodedString())
            }
            return .object(document)
        case .stored(let size, let mediaType):
            return ["path": .string(path), "media_type": .string(mediaType), "size": .int(size)]
        case .nothing: throw APIError(.notFound, "the device's plugin has no such file: GET /1.0/devices/{name}/files lists them", field: "path")
        case .failed(let reason): throw APIError(.unprocessableContent, reason, field: "path")
        }
    }
}

extension Sighting.Trust {
    /// The trust as clients see it.
    fileprivate var name: String {
        switch self {
        case .claimed: "claimed"
        case .observed: "observed"
        case .authenticated: "authenticated"
        case .decided: "decided"
        }
    }
}
