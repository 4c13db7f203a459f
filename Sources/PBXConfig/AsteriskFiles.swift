// SPDX-License-Identifier: GPL-3.0-or-later

/// A site's accounts and codes in the words of Asterisk: files to be included in `pjsip.conf` and `extensions.conf`.
///
/// Options as in Asterisk's documentation of res_pjsip and its dialplan, versions 16 to 23.
public struct AsteriskFiles: PBXFiles {
    private let plan: PBXPlan

    /// Makes the files of a plan.
    public init(_ plan: PBXPlan) { self.plan = plan }

    public func files() throws(PBXConfigError) -> [PBXFile] {
        [
            PBXFile(name: "pjsip_provd.conf", text: try pjsip(), purpose: "endpoints: write “#include pjsip_provd.conf” at the end of pjsip.conf"),
            PBXFile(
                name: "extensions_provd.conf", text: try dialplan(),
                purpose: "dialplan: write “#include extensions_provd.conf” at the end of extensions.conf"),
        ]
    }

    private static let heading = "; Written by “provctl pbx asterisk generate”. It is written anew: change it there, or in a file of your own.\n"

    // MARK: - Endpoints

    private func pjsip() throws(PBXConfigError) -> String {
        var text = Self.heading
        text += """
            ; It holds passwords: only Asterisk's user should be able to read it.

            [provd-endpoint](!)
            type = endpoint
            disallow = all
            allow = g722,alaw,ulaw
            direct_media = no
            rtp_symmetric = yes
            force_rport = yes
            rewrite_contact = yes
            trust_id_inbound = no

            [provd-auth](!)
            type = auth
            auth_type = userpass

            [provd-aor](!)
            type = aor
            max_contacts = 4
            remove_unavailable = yes
            qualify_frequency = 60
            support_path = yes

            """
        for account in plan.sortedAccounts {
            let name = try Self.section(account.username)
            var endpoint = ["context = \(account.line == nil ? "provd-autoprov" : context(of: account.tenant))", "auth = \(name)", "aors = \(name)"]
            if let line = account.line {
                endpoint.append("callerid = \(try Self.value("\"\(Self.callerName(line.name))\" <\(line.number)>"))")
            } else {
                endpoint.append("callerid = \"Autoprov\" <\(name)>")
            }
            text += "\n[\(name)](provd-endpoint)\n" + endpoint.map { "\($0)\n" }.joined()
            text += "\n[\(name)](provd-auth)\nusername = \(name)\npassword = \(try Self.value(account.password))\n"
            text += "\n[\(name)](provd-aor)\n"
        }
        return text
    }

    // MARK: - Dialplan

    private func context(of tenant: String) -> String { plan.tenants.count < 2 ? "provd-lines" : "provd-lines-\(tenant)" }

    private func dialplan() throws(PBXConfigError) -> String {
        var text = Self.heading
        text += """
            ; Include the context of a tenant's lines in yours, or name yours in it: “exten” of a file of your own are added to it.

            ; Phones without a line: they can dial codes, and call for help where [provd-emergency] leads.
            [provd-autoprov]
            include => provd-emergency
            include => provd-access
            exten = _[0-9]!,1,Gosub(provd-code,s,1(${EXTEN}))
             same = n,Hangup()


            """
        text += "; Asks for a code, which is entered with keys and ended with #.\n[provd-access]\n"
        if let number = plan.accessNumber {
            text += """
                exten = \(try Self.extensionName(number)),1,Gosub(provd-enter,s,1(enter_code,beep,12))
                 same = n,Gosub(provd-code,s,1(${PROVD_ENTERED}))
                 same = n,Hangup()

                """
        }
        text += "\n; What phones with a line dial to provd: logging in and out on somebody else's phone, and the reset.\n[provd-features]\n"
        if let number = plan.loginNumber {
            text += """
                exten = \(try Self.extensionName(number)),1,Gosub(provd-enter,s,1(enter_code,beep,12))
                 same = n,Gosub(provd-desk,s,1(login,${PROVD_ENTERED}))
                 same = n,Hangup()

                """
        }
        if let number = plan.logoutNumber {
            text += """
                exten = \(try Self.extensionName(number)),1,Gosub(provd-desk,s,1(logout))
                 same = n,Hangup()

                """
        }
        for number in plan.resetNumbers {
            text += """
                exten = \(try Self.extensionName(number)),1,Gosub(provd-enter,s,1(enter_pin,vm-password,16))
                 same = n,Gosub(provd-code,s,1(autoprov,${FILTER(0-9,${PROVD_ENTERED})}x))
                 same = n,Hangup()

                """
        }
        text += "\n; Emergency calls go to the context that the global variable PROVD_EMERGENCY names. Without it they reach nobody.\n[provd-emergency]\n"
        for number in plan.emergencyNumbers {
            let name = try Self.extensionName(number)
            text += """
                exten = \(name),1,GotoIf($[${DIALPLAN_EXISTS(${PROVD_EMERGENCY},\(name),1)}]?${PROVD_EMERGENCY},\(name),1)
                 same = n,Answer()
                 same = n,Playback(ss-noservice)
                 same = n,Hangup()

                """
        }
        text += Self.codeRoutine(plan.fastAGI)
        for tenant in plan.tenants {
            text += "\n[\(context(of: tenant))]\ninclude => provd-features\ninclude => provd-emergency\n"
            for account in plan.sortedAccounts where account.tenant == tenant {
                guard let line = account.line else { continue }
                let name = try Self.section(account.username)
                text += """
                    exten = \(try Self.extensionName(line.number)),1,Set(PROVD_CONTACTS=${PJSIP_DIAL_CONTACTS(\(name))})
                     same = n,GotoIf($["${PROVD_CONTACTS}" = ""]?absent)
                     same = n,Dial(${PROVD_CONTACTS},60)
                     same = n,Hangup()
                     same = n(absent),Hangup(20)

                    """
            }
        }
        return text
    }

    /// What happens with a code: provd is asked, and the caller told. The third argument of `provision` is the caller's consent, or the
    /// PIN of a reset; the `x` after it keeps an empty PIN from being taken for none.
    ///
    /// Where Asterisk has provd's prompts, provd names those that say it (`PROV_SAY`); else Asterisk's own sounds say something like it.
    private static func codeRoutine(_ server: String) -> String {
        """

        ; ARG1 is a code, or “autoprov” to reset the phone with the PIN in ARG2.
        [provd-code]
        exten = s,1,Set(PROVD_CODE=${IF($["${ARG1}" = "autoprov"]?autoprov:${FILTER(0-9,${ARG1})})})
         same = n,Set(PROVD_CONSENT=${ARG2})
         same = n(ask),Set(WAZO_PROV_OK=)
         same = n,Set(PROV_REASON=)
         same = n,Set(PROV_SAY=)
         same = n,AGI(agi://\(server)/provision,${PROVD_CODE},${CHANNEL(pjsip,remote_addr)},${PROVD_CONSENT})
         same = n,Answer()
         same = n,GotoIf($["${PROV_REASON}" = "confirm"]?consent)
         same = n,GotoIf($["${PROV_REASON}" = "confirm_move"]?consent)
         same = n(say),Gosub(provd-say,s,1)
         same = n,Return()
         same = n(consent),GotoIf($["${PROVD_CONSENT}" = "move"]?say)
         same = n,ExecIf($["${PROV_SAY}" = ""]?SayDigits(${FILTER(0-9,${PROV_NUMBER})}))
         same = n,Read(PROVD_KEY,${IF($["${PROV_SAY}" = ""]?vm-press&digits/1:${PROV_SAY})},1,,1,10)
         same = n,GotoIf($["${PROVD_KEY}" != "1"]?refused)
         same = n,Set(PROVD_CONSENT=${IF($["${PROV_REASON}" = "confirm_move"]?move:confirm)})
         same = n,Goto(ask)
         same = n(refused),Return()

        ; ARG1 is “login” with the code in ARG2, or “logout”.
        [provd-desk]
        exten = s,1,Set(WAZO_PROV_OK=)
         same = n,Set(PROV_REASON=)
         same = n,Set(PROV_SAY=)
         same = n,AGI(agi://\(server)/${ARG1},${FILTER(0-9,${ARG2})},${CHANNEL(pjsip,remote_addr)})
         same = n,Answer()
         same = n,Gosub(provd-say,s,1)
         same = n,Return()

        ; Asks for what ARG1 names, else with the sound of ARG2, and reads up to ARG3 digits, ended with #.
        [provd-enter]
        exten = s,1,Answer()
         same = n,Set(PROV_SAY=)
         same = n,AGI(agi://\(server)/prompt,${ARG1},${CHANNEL(pjsip,remote_addr)})
         same = n,Read(PROVD_ENTERED,${IF($["${PROV_SAY}" = ""]?${ARG2}:${PROV_SAY})},${ARG3},,2,10)
         same = n,Return()

        ; Says what became of it: as provd says it, else with Asterisk's own sounds.
        [provd-say]
        exten = s,1,GotoIf($["${PROV_SAY}" = ""]?own)
         same = n,Playback(${PROV_SAY})
         same = n,Return()
         same = n(own),GotoIf($["${WAZO_PROV_OK}" = "1"]?done)
         same = n,GotoIf($["${PROV_REASON}" = "unknown_code"]?wrong)
         same = n,GotoIf($["${PROV_REASON}" = "wrong_pin"]?wrong)
         same = n,Playback(ss-noservice)
         same = n,Return()
         same = n(wrong),Playback(auth-incorrect)
         same = n,Return()
         same = n(done),Playback(auth-thankyou)
         same = n,ExecIf($["${PROV_NUMBER}" != ""]?SayDigits(${FILTER(0-9,${PROV_NUMBER})}))
         same = n,Return()

        """
    }

    // MARK: - Values

    /// A text as the value of an option: a semicolon would begin a comment (`process_text_line` in main/config.c).
    static func value(_ text: String) throws(PBXConfigError) -> String {
        guard text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
            throw PBXConfigError("a value holds a line break or another control character: change it with “provctl line change”")
        }
        return text.replacing(";", with: "\\;")
    }

    /// A name in brackets, which ends at the first closing one.
    private static func section(_ name: String) throws(PBXConfigError) -> String {
        guard !name.isEmpty, name.utf8.allSatisfy({ isLetterOrDigit($0) || "-_.+*#".utf8.contains($0) }) else {
            throw PBXConfigError("the SIP user name “\(name.prefix(64))” cannot stand in pjsip.conf: change it with “provctl line change --username”")
        }
        return name
    }

    /// A number as the name of an extension. A leading underscore would make it a pattern, and a comma end it.
    private static func extensionName(_ number: String) throws(PBXConfigError) -> String {
        guard !number.isEmpty, number.utf8.allSatisfy({ isLetterOrDigit($0) || "+*#".utf8.contains($0) }) else {
            throw PBXConfigError("the number “\(number.prefix(64))” cannot stand in a dialplan")
        }
        return number
    }

    /// A person's name between quotes: what would end them is left out.
    private static func callerName(_ name: String) -> String {
        String(String.UnicodeScalarView(name.unicodeScalars.filter { !"\"\\<>".unicodeScalars.contains($0) }))
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
}
