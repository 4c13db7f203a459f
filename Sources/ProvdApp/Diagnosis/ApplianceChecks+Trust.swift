// SPDX-License-Identifier: GPL-3.0-or-later

import Certificates
import Diagnosis
import Foundation
import PluginInstallation
import PluginPackages
import ProvModel
import Provisioning

extension ApplianceChecks {
    /// A certificate that ends sooner than this wants to be renewed: time enough for a person who is away.
    private static let certificateDays = 21.0
    /// How many names of things a sentence lists.
    private static let listed = 5

    /// What others are to trust, and what is trusted here.
    var trust: [DiagnosticCheck] {
        [
            DiagnosticCheck("certificate", "Certificate", certificate), DiagnosticCheck("certificate-trust", "Phones that trust it", phonesTrust),
            DiagnosticCheck("plugin-signatures", "Signatures of plugins", signatures),
        ]
    }

    @Sendable private func certificate() async -> Finding {
        guard configuration.tls.isUsed, let file = certificateFile else { return .skipped("TLS is not spoken") }
        let summary: CertificateSummary
        do {
            summary = try CertificateSummary(file: file)
        } catch {
            return .failed("\(error)", remedy: "put a certificate there; provd takes it into use by itself")
        }
        let renew = configuration.tls.files == nil
            ? "provd renews its own certificate: the log says why it could not" : "renew it; provd takes a replaced file into use by itself"
        let days = summary.ends.timeIntervalSince1970 / 86_400 - appliance.now() / 86_400
        if days < 0 { return .failed("the certificate ended \(Int(-days)) days ago: nothing trusts it any more", remedy: renew) }
        if summary.begins.timeIntervalSince1970 > appliance.now() {
            return .failed("the certificate does not count yet", remedy: "see that this machine's clock is right")
        }
        if days < Self.certificateDays { return .warning("the certificate ends in \(Int(days)) days", remedy: renew) }
        let host = configuration.advertisedAddress
        guard summary.isFor(host) else {
            return .warning(
                "the certificate is for \(summary.names.prefix(Self.listed).joined(separator: ", ")), and phones are told \(host)",
                remedy: "set advertised_address to a name that the certificate holds, or get one for \(host)")
        }
        return .ok("the certificate is for \(host), and counts for \(Int(days)) days")
    }

    /// What phones make of the certificate. They never say why they hang up.
    @Sendable private func phonesTrust() async -> Finding {
        guard configuration.tls.http > 0 || configuration.tls.sip > 0, let file = certificateFile, let summary = try? CertificateSummary(file: file) else {
            return .skipped("phones are not spoken to over TLS")
        }
        let makes = await makesOfPhones()
        let who = makes.isEmpty ? "phones of any make" : "phones of \(makes.joined(separator: ", "))"
        if !configuration.tls.isAdvertised, configuration.tls.sip == 0 { return .ok("no phone is sent to HTTPS: http.advertise_tls is off") }
        guard configuration.tls.files != nil, !summary.isSelfSigned else {
            return .warning(
                "\(who) trust the certificate only if their configuration brings its authority: it is \(configuration.tls.files == nil ? "provd's own" : "self-signed")",
                remedy: "put \(configuration.tls.files == nil ? "/provd-ca.crt of provd" : "it") into the phones' configuration or their web pages, or use a certificate of an authority that they know (administering.md, TLS)")
        }
        guard summary.hasRSAKey else {
            return .warning(
                "the key of the certificate is on an elliptic curve, which older phones do not know: of the makes here perhaps \(who)",
                remedy: "use a certificate with an RSA key of 2048 bits")
        }
        guard summary.intermediateCount > 0 else {
            return .warning(
                "the file holds the certificate alone: \(who) do not fetch what lies between it and an authority that they know",
                remedy: "append the intermediate certificates to \(file)")
        }
        return .ok("it is RSA, with \(summary.intermediateCount) certificates between it and its authority; whether a phone knows that one, its maker's list says")
    }

    private var certificateFile: String? {
        configuration.tls.files?.certificate ?? configuration.tls.authority(configuration)?.serverCertificateFile
    }

    /// The makes of the phones that are known, those with most phones first.
    private func makesOfPhones() async -> [String] {
        var counts: [String: Int] = [:]
        for vendor in ((try? await appliance.store.devices()) ?? []).compactMap(\.vendor) { counts[vendor, default: 0] += 1 }
        return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(Self.listed).map(\.key)
    }

    /// Plugins are checked against signatures when they are installed; here it is looked whether they are still what was installed.
    @Sendable private func signatures() async -> Finding {
        let installed: [String: String]
        do {
            installed = try PluginDepot.installed(in: directories.plugins)
        } catch {
            return .failed("\(error)", remedy: "see that provd may read its state directory")
        }
        var changed: [String] = []
        for (id, directory) in installed.sorted(by: { $0.key < $1.key }) {
            guard let files = try? PluginPackage.changedFiles(in: directory) else {
                changed.append(id)
                continue
            }
            if let first = files.first { changed.append("\(id) (\(first)\(files.count > 1 ? " and \(files.count - 1) more" : ""))") }
        }
        if !changed.isEmpty {
            return .failed(
                "installed plugins are not what was signed: \(changed.prefix(Self.listed).joined(separator: ", "))",
                remedy: "install them anew with “provctl plugin install”; own templates belong into \(configuration.stateDirectory)/templates")
        }
        let unsigned = ((try? await installer.repositories()) ?? []).filter(\.repository.allowsUnsigned).map(\.repository.name)
        guard unsigned.isEmpty else {
            return .warning(
                "whoever can change the repository \(unsigned.prefix(Self.listed).joined(separator: ", ")), or the way to it, can install any plugin: it need not be signed",
                remedy: "add it again with the key of its maintainers: “provctl plugin repository add --key”")
        }
        return .ok(installed.isEmpty ? "all plugins came with provd" : "\(installed.count) installed plugins are as they were signed")
    }
}
