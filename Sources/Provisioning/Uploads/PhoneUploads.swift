// SPDX-License-Identifier: GPL-3.0-or-later

import Logging
import PhonePlugins
public import ProvModel

/// Takes what phones send, where their plugin says so.
public struct PhoneUploads: Sendable {
    private let appliance: Appliance
    private let registry: DeviceRegistry
    /// Where the files are.
    public let shelf: UploadShelf

    /// Makes the use case.
    public init(_ appliance: Appliance, registry: DeviceRegistry, shelf: UploadShelf) {
        self.appliance = appliance
        self.registry = registry
        self.shelf = shelf
    }

    /// The methods by which phones send files.
    public enum Method: String, Sendable, CaseIterable {
        case put, post
    }

    /// A file that may come.
    public struct Upload: Sendable {
        fileprivate let device: Device
        fileprivate let request: PhoneFileRequest
        /// The name under which it is kept.
        public let name: String
        /// The most bytes that are taken.
        public let maximumByteCount: Int
        /// The device that sends it.
        public var deviceID: DeviceID { device.id }
    }

    /// What is done with a request to take a file.
    public enum Decision: Sendable {
        /// Take it.
        case accept(Upload)
        /// No file is taken there by this method, but perhaps by others.
        case notTaken(others: [Method])
        /// The phone is unknown, or may not.
        case refused(PhoneFileAnswer.Refusal)
    }

    /// Decides on a request, before its body is read.
    public func decide(_ request: PhoneFileRequest, method: Method) async -> Decision {
        do {
            return try await decideOrThrow(request, method)
        } catch {
            appliance.logger.error("what a phone sends could not be taken", metadata: ["file": "\(request.fileName)", "reason": "\(error)"])
            return .refused(.init(kind: .trouble, text: "provd cannot take it now; its log says why"))
        }
    }

    private func decideOrThrow(_ locked: PhoneFileRequest, _ method: Method) async throws -> Decision {
        let request = try await appliance.unlocked(locked)
        let catalog = appliance.plugins.catalog
        let identification = appliance.recognition.identify(request.asPluginsSeeIt, with: catalog)
        let sighting = Sighting(
            source: .http, trust: .claimed, identity: identification.identity, ip: request.asker, basis: identification.basis, tenant: request.tenant)
        guard let device = try await registry.sight(sighting) else {
            return .refused(.init(kind: .unknownDevice, text: "nothing in this request tells which phone sends it"))
        }
        guard let plugin = device.plugin.flatMap({ catalog[$0] }) else { return .notTaken(others: []) }
        guard let match = plugin.upload(toPath: request.path, method: method.asPluginsSeeIt, mac: device.mac) else {
            let others = Method.allCases.filter { plugin.upload(toPath: request.path, method: $0.asPluginsSeeIt, mac: device.mac) != nil }
            return .notTaken(others: others)
        }
        let access = try await appliance.accessRules(of: device.tenant).access
        if access == .key ? request.tenant != device.tenant : request.tenant != nil && request.tenant != device.tenant {
            let reason = "it was sent from \(request.asker) without the provisioning key of its tenant"
            await appliance.journal.note(.notReceived(device, request, outcome: .refused, reason, now: appliance.now()))
            return .refused(.init(kind: .forbidden, text: "this is not taken from you; the device's timeline says why"))
        }
        // Nobody fills a phone's folder from elsewhere, once it is known where the phone is.
        if access == .bound, let mac = device.mac, let binding = try await appliance.store.binding(of: mac),
            binding.ip != request.asker
        {
            let reason = "it was sent from \(request.asker), but \(binding.source.words) binds the device to \(binding.ip)"
            await appliance.journal.note(.notReceived(device, request, outcome: .refused, reason, now: appliance.now()))
            return .refused(.init(kind: .forbidden, text: "this is not taken from you; the device's timeline says why"))
        }
        return .accept(
            Upload(
                device: device, request: request, name: UploadShelf.name(ofPath: request.path), maximumByteCount: match.rule.maximumSize))
    }

    /// Notes that a file has come.
    public func received(_ upload: Upload, byteCount: Int) async {
        await appliance.journal.note(.received(upload.device, upload.request, name: upload.name, byteCount: byteCount, now: appliance.now()))
    }

    /// Notes that a file was to come and was not kept.
    public func failed(_ upload: Upload, reason: String) async {
        await appliance.journal.note(.notReceived(upload.device, upload.request, outcome: .failed, reason, now: appliance.now()))
    }
}

extension PhoneUploads.Method {
    fileprivate var asPluginsSeeIt: UploadRule.Method {
        switch self {
        case .put: .put
        case .post: .post
        }
    }
}
