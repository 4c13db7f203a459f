// SPDX-License-Identifier: GPL-3.0-or-later

import Crypto
import JSONText
import Logging
public import NetTypes
public import PhonePlugins
import ProvModel
import Telemetry

/// Answers requests of phones for files: request → sighting → device → plugin → bytes.
public struct PhoneFiles: Sendable {
    private let appliance: Appliance
    private let registry: DeviceRegistry
    private let enrolment: Range<Double>
    private let rendered = RenderedFileCache(capacity: Self.cacheCapacity)

    /// By how much a clock may be set back after the first start, in seconds. By more, and the window of enrolment might stay open for years.
    private static let clockStepSeconds = 86_400.0

    /// The bytes that remembered files may take.
    private static let cacheCapacity = 64 * 1_024 * 1_024

    /// Makes the use case.
    ///
    /// - Parameter firstStart: When this appliance was first started, in seconds since 1970.
    public init(_ appliance: Appliance, registry: DeviceRegistry, firstStart: Double) {
        self.appliance = appliance
        self.registry = registry
        enrolment = firstStart - Self.clockStepSeconds..<firstStart + appliance.settings.enrolmentHours * 3_600
    }

    /// Answers a request, and notes on the device's timeline what was asked and answered.
    public func answer(_ request: PhoneFileRequest) async -> PhoneFileAnswer { await serve(request).answer }

    /// Whether phones fetch this by HTTP POST, as some softphones do.
    public func isFetchedByPost(_ request: PhoneFileRequest) -> Bool { appliance.plugins.catalog.isFetchedByPost(request.path) }

    /// Answers a request, and says to whom: for doors that go on with the phone after the answer.
    public func serve(_ request: PhoneFileRequest) async -> ServedRequest {
        var served = ServedRequest(request: request)
        let start = ContinuousClock.now
        defer {
            appliance.metrics.answerTime[request.transport].observe(.now - start - served.waited)
            appliance.metrics.requests[.init(transport: request.transport, outcome: served.answer.outcome)].add()
        }
        do {
            let request = try await appliance.unlocked(request)
            served = ServedRequest(request: request)
            served.answer = try await answerOrThrow(request, &served)
        } catch {
            // Its last part has no key in it.
            appliance.logger.error("a phone could not be answered", metadata: ["file": "\(request.fileName)", "reason": "\(error)"])
            served.answer = .refused(.init(kind: .trouble, text: "provd cannot answer now; its log says why"))
        }
        return served
    }

    /// Tells whoever guards the network that somebody asked for what no phone asks for: `..`, control characters, broken escapes.
    public func refusedPath(of asker: IPAddress) {
        appliance.securityLog.warning("Hostile path refused to \(asker)")
    }

    /// A request with its answer.
    public struct ServedRequest: Sendable {
        /// The answer.
        public fileprivate(set) var answer = PhoneFileAnswer.refused(.init(kind: .unknownDevice, text: ""))
        /// The options of TFTP that the phone can be given.
        public fileprivate(set) var tftpOptions = TFTPOptionRules.unlimited
        fileprivate let request: PhoneFileRequest
        /// By which the log and the timeline name it.
        fileprivate let id = RequestID.current
        fileprivate var device: Device?
        /// For how long the word of the phone's lease was waited for, which is no part of provd's own time.
        fileprivate var waited = Duration.zero

        fileprivate init(request: PhoneFileRequest) { self.request = request }
    }

    /// Notes that a phone did not get the whole file.
    ///
    /// - Parameter reason: why, as part of a sentence.
    public func brokeOff(_ served: ServedRequest, at byteCount: Int, reason: String) async {
        let wholeByteCount: Int
        switch served.answer {
        case .content(let content): wholeByteCount = content.bytes.count
        case .file(let file): wholeByteCount = file.size
        case .refused: return
        }
        guard let device = served.device else { return }
        await RequestID.$current.withValue(served.id) {
            await appliance.journal.note(.brokeOff(device, served.request, at: byteCount, of: wholeByteCount, reason, now: appliance.now()))
        }
    }

    private func answerOrThrow(_ request: PhoneFileRequest, _ served: inout ServedRequest) async throws -> PhoneFileAnswer {
        let catalog = appliance.plugins.catalog
        let identification = appliance.recognition.identify(request.asPluginsSeeIt, with: catalog)
        let sighting = Sighting(
            source: request.transport == .http ? .http : .tftp, trust: .claimed, identity: identification.identity, ip: request.asker,
            basis: identification.basis, tenant: request.tenant)
        // What no plugin knows as a phone's request is not worth waiting for.
        let isPhone = !identification.basis.isEmpty
        guard let device = try await isPhone ? registry.sightEarly(sighting, waited: &served.waited) : registry.sight(sighting) else {
            return .refused(.init(kind: .unknownDevice, text: "nothing in this request tells which phone asks"))
        }
        served.device = device
        if let tenant = request.tenant, tenant != device.tenant {
            appliance.securityLog.warning("Key of another tenant refused to \(request.asker): \(request.fileName)")
            return await refuse(request, device, .forbidden, "it was asked for from \(request.asker) with the provisioning key of another tenant")
        }
        guard let plugin = device.plugin.flatMap({ catalog[$0] }) else {
            return await refuse(request, device, .noSuchFile, device.plugin.map { "its plugin \($0) is not installed" } ?? "no plugin serves \(device.nameInWords)")
        }
        served.tftpOptions = plugin.manifest.tftpOptions
        guard let match = plugin.file(forPath: request.path, protocol: request.asPluginsSeeIt.protocol, mac: device.mac) else {
            await appliance.journal.note(.notOffered(device, request, by: "\(plugin.id)", now: appliance.now()))
            return .refused(.init(kind: .noSuchFile, text: "plugin \(plugin.id) has no such file"))
        }
        if match.isSensitive, let reason = try await reasonAgainst(request, device) {
            return await refuse(request, device, .forbidden, reason)
        }
        let answer: PhoneFileAnswer
        switch match.content {
        case .file(let file):
            answer = .file(.init(path: file.path, size: file.size, mediaType: match.mediaType))
        case .template:
            do {
                guard let content = try await content(match, plugin, device, request) else {
                    return await refuse(request, device, .noSuchFile, "the device has no configuration to make it of")
                }
                answer = .content(content)
            } catch let error as PluginRenderError {
                return await refuse(request, device, .trouble, "\(error)")
            }
        }
        if match.isTrigger, !request.isHeadersOnly { try await remember(device) }
        if !request.isHeadersOnly { await appliance.journal.note(.fetched(device, request, answer, now: appliance.now())) }
        return answer
    }

    private func refuse(
        _ request: PhoneFileRequest, _ device: Device, _ kind: PhoneFileAnswer.Refusal.Kind, _ reason: String
    ) async -> PhoneFileAnswer {
        await appliance.journal.note(.notServed(device, request, kind, reason, now: appliance.now()))
        let text = kind == .forbidden ? "this file is not for you; the device's timeline says why" : reason
        return .refused(.init(kind: kind, text: text))
    }

    /// Why the asker may not have a file with credentials, or `nil` if it may.
    private func reasonAgainst(_ request: PhoneFileRequest, _ device: Device) async throws -> String? {
        appliance.securityLog.notice("Sensitive file requested from \(request.asker): \(request.fileName)")
        let binding: AddressBinding? = if let mac = device.mac { try await appliance.store.binding(of: mac) } else { nil }
        let rules = try await appliance.accessRules(of: device.tenant)
        let enrolmentEnds = rules.enrolmentEnds ?? (appliance.now() < enrolment.lowerBound ? -.infinity : enrolment.upperBound)
        let decision = rules.access.decide(
            mac: device.mac, asker: request.asker, binding: binding, enrolmentIsOpen: appliance.now() < enrolmentEnds,
            hasKey: request.tenant != nil && request.tenant == device.tenant)
        switch decision {
        case .allow: return nil
        case .allowAndBind:
            if let mac = device.mac { try await registry.bind(mac, to: request.asker, source: .firstAsker) }
            return nil
        case .refuse(let reason):
            appliance.securityLog.warning("Sensitive file refused to \(request.asker): \(request.fileName)")
            return reason
        }
    }

    /// The file as it is for this device now, or `nil` without a config.
    private func content(
        _ match: FileMatch, _ plugin: Plugin, _ device: Device, _ request: PhoneFileRequest
    ) async throws -> PhoneFileAnswer.RenderedContent? {
        guard let id = device.config else { return nil }
        let ingredients = RenderedFileCache.Ingredients(
            plugin: plugin, device: device, configs: try await ConfigTree(root: id, in: appliance.store), year: appliance.year)
        let urlKey = try await appliance.urlKey(of: device)
        let server = appliance.settings.server(asUsedBy: request.transport, at: request.server, urlKey: urlKey)
        let key = RenderedFileCache.Key(
            device: device.id, path: request.path, transport: request.transport, server: server, userAgent: request.userAgent,
            urlKey: urlKey)
        if let known = rendered.content(key, madeOf: ingredients) {
            appliance.metrics.cacheUse[.hit].add()
            return known
        }
        appliance.metrics.cacheUse[.miss].add()
        guard let rawConfig = ingredients.configs.flattened(id, base: appliance.settings.baseRawConfig)?.with(urlKey: urlKey)
        else { return nil }
        let timeZones = appliance.timeZones
        let file = try appliance.metrics.renderTime.time {
            try plugin.render(
                match,
                context: RenderContext(
                    device: device.fullDocument, rawConfig: rawConfig,
                    request: .init(
                        protocol: request.asPluginsSeeIt.protocol, server: server, path: request.path, userAgent: request.userAgent),
                    timeZone: { timeZones.zone(named: $0, year: ingredients.year) }))
        }
        let content = PhoneFileAnswer.RenderedContent(
            bytes: file.bytes, mediaType: file.contentType, sha256: SHA256.hash(data: file.bytes).hexadecimal)
        rendered.keep(content, as: key, madeOf: ingredients)
        return content
    }

    /// Remembers that the phone now runs as line 1 of its own config: that is the account by which it is notified.
    private func remember(_ device: Device) async throws {
        do {
            try await rememberOrThrow(device)
        } catch let error as StoreError {
            // It is found out again with the next fetch; the phone must not go without its file for it.
            appliance.logger.error(
                "it could not be noted as which line a phone runs", metadata: ["device": "\(device.id)", "reason": "\(error)"])
        }
    }

    private func rememberOrThrow(_ device: Device) async throws {
        guard device.isConfigured, let id = device.config, let config = try await appliance.store.config(id),
            let username = config.rawConfig["sip_lines"]?["1"]?["username"]?.string, username != device.remoteStateSIPUsername
        else { return }
        try await appliance.store.transaction { transaction in
            // The device is read again: another request may have changed it since.
            guard var current = try transaction.device(device.id) else { return }
            current.remoteStateSIPUsername = username
            try transaction.save(current)
        }
    }
}

extension PhoneFileRequest {
    /// The last segment of the path.
    var fileName: Substring { path.split(separator: "/").last ?? "" }

    var asPluginsSeeIt: PhoneRequest {
        PhoneRequest(protocol: transport.asPluginsSeeIt, path: path, userAgent: userAgent)
    }
}

extension PhoneFileRequest.Transport {
    var asPluginsSeeIt: PhoneProtocol {
        switch self {
        case .http: .http
        case .tftp: .tftp
        }
    }
}

extension SHA256Digest {
    /// The digest in lower-case hexadecimal.
    var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(64)
        for byte in self {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
