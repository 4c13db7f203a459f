// SPDX-License-Identifier: GPL-3.0-or-later

import PBXConfig
public import Provisioning

/// What FreeSWITCH's mod_xml_curl is answered: who may register, and where what is dialled leads.
///
/// Names of fields as mod_xml_curl sends them (src/mod/xml_int/mod_xml_curl of FreeSWITCH, and its documentation).
public struct FreeSWITCHAnswers: Sendable {
    /// The context of the dialplan that is provd's; others are left to FreeSWITCH's own files.
    public static let context = "provd"

    private let site: PBXSite
    private let provd: String
    private let profile: String

    /// Makes answers.
    ///
    /// - Parameters:
    ///   - provd: Where FreeSWITCH reaches provd's SIP, as `HOST:PORT`.
    ///   - profile: The SIP profile of FreeSWITCH by which it does.
    public init(_ site: PBXSite, provd: String, profile: String) {
        self.site = site
        self.provd = provd
        self.profile = profile
    }

    /// The answer to a request, given as a form.
    func answer(to form: FormFields) async throws -> String {
        switch form["section"] {
        case "directory": try await directory(form)
        case "dialplan": try await dialplan(form)
        default: FreeSWITCHDocument.notFound
        }
    }

    /// Who a user is. Requests without a user ask for gateways and address lists, of which there are none.
    private func directory(_ form: FormFields) async throws -> String {
        guard let username = form["user"], let domain = form["domain"] ?? form["key_value"],
            let account = try await site.account(username: username)
        else { return FreeSWITCHDocument.notFound }
        return FreeSWITCHDocument.directory(
            account, domain: domain, digest: PBXSite.digest(of: account, domain: domain), context: Self.context)
    }

    /// Where a number leads that a registered phone dialled.
    private func dialplan(_ form: FormFields) async throws -> String {
        guard form["Hunt-Context"] ?? form["Caller-Context"] == Self.context,
            let number = form["Hunt-Destination-Number"] ?? form["Caller-Destination-Number"], Self.isDialled(number),
            // The directory set it for the user whose password was right.
            let username = form["variable_provd_account"], let account = try await site.account(username: username)
        else { return FreeSWITCHDocument.notFound }
        if account.kind == .autoprov || isProvds(number) { return ask(number, as: account.username) }
        let usernames = try await site.usernames(of: number, for: username)
        guard !usernames.isEmpty else { return FreeSWITCHDocument.notFound }
        return FreeSWITCHDocument.dialplan(
            context: Self.context, name: "line",
            [
                .init("set", "hangup_after_bridge=true"), .init("set", "call_timeout=60"),
                .init("bridge", usernames.map { "user/\($0)@${domain_name}" }.joined(separator: ",")),
            ])
    }

    /// A call to provd, which is told by P-Asserted-Identity whose it is (`sip_cid_type=pid`), over TCP, as it wants.
    private func ask(_ number: String, as username: String) -> String {
        FreeSWITCHDocument.dialplan(
            context: Self.context, name: "code",
            [
                .init("set", "hangup_after_bridge=true"), .init("set", "sip_cid_type=pid"),
                .init("set", "effective_caller_id_number=\(username)"),
                .init("bridge", "sofia/\(profile)/\(number.replacing("#", with: "%23"))@\(provd);transport=tcp"),
            ])
    }

    private func isProvds(_ number: String) -> Bool {
        let settings = site.onboarding
        return [settings.accessNumber, settings.loginNumber, settings.logoutNumber].contains(number)
            || settings.resetPIN != nil && settings.resetNumbers.contains(number) || settings.emergencyNumbers.contains(number)
    }

    /// Nothing else may come into a dial string, in which commas and braces mean something.
    private static func isDialled(_ text: String) -> Bool {
        (1...32).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || "*#+".utf8.contains($0)
            }
    }
}
