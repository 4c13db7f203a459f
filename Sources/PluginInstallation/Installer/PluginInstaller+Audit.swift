// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import Logging
import PhonePlugins
import PluginPackages
import ProvModel
import Provisioning

extension PluginInstaller {
    /// Notes in the audit log what was changed on the disk.
    ///
    /// The change is done by then and serves: a log that cannot be written is told to the administrator, and does not undo it.
    ///
    /// - Parameter actor: Who changes it. Operations know it from when they were begun: their own task is nobody's.
    func noteChange(
        of kind: String, _ subject: String, from before: JSONValue?, to after: JSONValue?, by actor: AuditActor? = AuditActor.current
    ) async {
        guard let actor else { return }
        do {
            try await AuditActor.$current.withValue(actor) {
                try await appliance.store.transaction { try $0.audit(kind, subject, from: before, to: after) }
            }
        } catch {
            appliance.logger.error(
                "a change could not be noted in the audit log", metadata: ["kind": "\(kind)", "subject": "\(subject)", "actor": "\(actor.name)", "reason": "\(error)"])
        }
    }

    /// The plugin of an id that serves, as the audit log shows it; `nil` if there is none.
    func auditDocument(of id: String) -> JSONValue? {
        installed(id).map { ["version": .string($0.plugin.manifest.version), "origin": $0.isBundled ? "bundled" : "installed"] }
    }
}

extension JSONValue {
    /// A text as the audit log shows it: by its hash, since it may hold secrets and be long.
    static func auditDocument(of text: [UInt8]) -> JSONValue {
        ["sha256": .string(BoundedFile.sha256(of: text)), "bytes": .int(text.count)]
    }

    /// Firmware as the audit log shows it.
    static func auditDocument(of record: FirmwareRecord) -> JSONValue { ["version": .string(record.version)] }
}
