// SPDX-License-Identifier: GPL-3.0-or-later

/// Answers to FreeSWITCH's mod_xml_curl, as XML documents of the type `freeswitch/xml`.
public enum FreeSWITCHDocument {
    /// The answer that says that there is nothing: FreeSWITCH then looks into its own files.
    public static let notFound = document(section: "result", "<result status=\"not found\"/>")

    /// A user of the directory.
    ///
    /// - Parameters:
    ///   - account: The account.
    ///   - domain: The domain in which FreeSWITCH looks for it; the digest is over it, as its challenge is.
    ///   - digest: MD5 of user name, domain and password (the parameter `a1-hash`).
    ///   - context: The context of its dialplan.
    public static func directory(_ account: PBXPlan.Account, domain: String, digest: String, context: String) -> String {
        var variables = [("user_context", context), ("provd_account", account.username)]
        if let line = account.line {
            variables += [("effective_caller_id_name", line.name), ("effective_caller_id_number", line.number)]
        }
        let user = """
            <domain name="\(escaped(domain))">
              <params>
                <param name="dial-string" value="{sip_invite_domain=${dialed_domain},presence_id=${dialed_user}@${dialed_domain}}${sofia_contact(*/${dialed_user}@${dialed_domain})}"/>
              </params>
              <groups><group name="default"><users>
                <user id="\(escaped(account.username))">
                  <params><param name="a1-hash" value="\(escaped(digest))"/></params>
                  <variables>
            \(variables.map { "        <variable name=\"\($0.0)\" value=\"\(escaped($0.1))\"/>" }.joined(separator: "\n"))
                  </variables>
                </user>
              </users></group></groups>
            </domain>
            """
        return document(section: "directory", user)
    }

    /// One step of a dialplan.
    public struct Step: Sendable, Hashable {
        /// The application.
        public let application: String
        /// Its data.
        public let data: String

        /// Makes a step.
        public init(_ application: String, _ data: String = "") {
            self.application = application
            self.data = data
        }
    }

    /// A dialplan of one extension, for the number that was dialled.
    public static func dialplan(context: String, name: String, _ steps: [Step]) -> String {
        let actions = steps.map { "      <action application=\"\(escaped($0.application))\" data=\"\(escaped($0.data))\"/>" }.joined(separator: "\n")
        return document(
            section: "dialplan",
            """
            <context name="\(escaped(context))">
              <extension name="\(escaped(name))">
                <condition>
            \(actions)
                </condition>
              </extension>
            </context>
            """)
    }

    private static func document(section: String, _ body: String) -> String {
        """
        <?xml version="1.0" encoding="UTF-8" standalone="no"?>
        <document type="freeswitch/xml">
        <section name="\(section)">
        \(body)
        </section>
        </document>

        """
    }

    /// A text as the value of an attribute. What XML 1.0 does not allow (section 2.2) is left out.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&apos;"
            default:
                let isAllowed = scalar.value >= 0x20 && scalar.value != 0x7F && scalar.value != 0xFFFE && scalar.value != 0xFFFF
                if isAllowed { escaped.unicodeScalars.append(scalar) }
            }
        }
        return escaped
    }
}
