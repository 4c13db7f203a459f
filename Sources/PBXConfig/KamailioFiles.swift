// SPDX-License-Identifier: GPL-3.0-or-later

import Crypto

/// A site's accounts and codes in the words of Kamailio: a whole configuration, and text tables for its db_text module.
///
/// Checked with Kamailio 5.6 of Debian 12; all modules are in its package `kamailio`.
public struct KamailioFiles: PBXFiles {
    /// The node for which the files are.
    public struct Node: Sendable, Hashable {
        /// The IPv4 address on which it listens.
        public var address: String
        /// The port.
        public var port: UInt16 = 5060
        /// The addresses of the other nodes, with which it shares registrations (module dmq). All use the same port.
        public var peers: [String] = []
        /// Where the tables lie.
        public var tables = "/etc/kamailio/provd"

        /// Makes a node.
        public init(address: String) { self.address = address }
    }

    private let plan: PBXPlan
    private let node: Node

    /// Makes the files of a plan for a node.
    public init(_ plan: PBXPlan, for node: Node) {
        self.plan = plan
        self.node = node
    }

    public func files() throws(PBXConfigError) -> [PBXFile] {
        for address in [node.address, plan.provdHost] + node.peers {
            guard Self.isAddress(address) else {
                throw PBXConfigError("“\(address.prefix(64))” is no IPv4 address: Kamailio knows provd and its nodes by their addresses")
            }
        }
        guard !plan.host.isEmpty, plan.host.utf8.allSatisfy({ Self.isLetterOrDigit($0) || "-.".utf8.contains($0) }) else {
            throw PBXConfigError("“\(plan.host.prefix(64))” is no host name or address: set sip.registrar")
        }
        return [
            PBXFile(name: "kamailio.cfg", text: try configuration(), purpose: "the configuration of \(node.address): start Kamailio with it"),
            PBXFile(name: "version", text: Self.versions, purpose: "the tables' versions"),
            PBXFile(name: "subscriber", text: try subscribers(), purpose: "accounts of lines, with digests instead of passwords"),
            PBXFile(name: "numbers", text: try numbers(), purpose: "which number is whose"),
            PBXFile(name: "accounts", text: try accounts(), purpose: "which accounts there are"),
        ]
    }

    // MARK: - Tables

    private static let versions = "id(int,auto) table_name(string) table_version(int) \n1:subscriber:7\n2:numbers:1\n3:accounts:1\n"

    private var lines: [(account: PBXPlan.Account, number: String)] {
        plan.sortedAccounts.compactMap { account in account.line.map { (account, $0.number) } }
    }

    private func subscribers() throws(PBXConfigError) -> String {
        var text = "id(int,auto) username(string) domain(string) ha1(string) \n"
        for (index, line) in lines.enumerated() {
            let account = line.account
            let digest = Insecure.MD5.hash(data: Array("\(account.username):\(plan.host):\(account.password)".utf8))
            let ha1 = digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            text += "\(index + 1):\(try Self.name(account.username)):\(plan.host):\(ha1)\n"
        }
        return text
    }

    private static let aliases = "id(int,auto) alias_username(string) alias_domain(string) username(string) domain(string) \n"

    private func numbers() throws(PBXConfigError) -> String {
        var text = Self.aliases
        var numbers: Set<String> = []
        for line in lines {
            guard numbers.insert(line.number).inserted else {
                throw PBXConfigError("two tenants have the number \(line.number): write the files for one tenant with --tenant, and give each a Kamailio of its own")
            }
            text += "\(numbers.count):\(try Self.name(line.number)):\(plan.host):\(try Self.name(line.account.username)):\(plan.host)\n"
        }
        return text
    }

    /// Accounts that are not here are those of phones without a line, whose passwords provd knows.
    private func accounts() throws(PBXConfigError) -> String {
        var text = Self.aliases
        for (index, line) in lines.enumerated() {
            let name = try Self.name(line.account.username)
            text += "\(index + 1):\(name):\(plan.host):\(name):\(plan.host)\n"
        }
        return text
    }

    // MARK: - Configuration

    private func configuration() throws(PBXConfigError) -> String {
        var numbers: [String] = []
        for number in plan.resetNumbers + plan.featureNumbers + plan.emergencyNumbers + [plan.accessNumber].compactMap({ $0 }) {
            numbers.append(try Self.pattern(number))
        }
        // An empty choice would be every number.
        let toProvd = numbers.isEmpty ? "" : "  if ($rU =~ \"^(\(numbers.joined(separator: "|")))$\") route(TO_PROVD);\n"
        return Self.head(node, plan) + Self.routes(node, plan, toProvd: toProvd)
    }

    private static func head(_ node: Node, _ plan: PBXPlan) -> String {
        let modules = [
            "tm", "tmx", "sl", "rr", "pv", "maxfwd", "sanity", "textops", "siputils", "xlog", "usrloc", "registrar", "nathelper", "db_text", "auth",
            "auth_db", "alias_db", "path", "uac", "kex", "corex", "ctl",
        ]
        // Server ids tell nodes apart; the last part of the address does within one network.
        let id = node.peers.isEmpty ? "1" : String(node.address.split(separator: ".").last ?? "1")
        var text = """
            #!KAMAILIO
            # Written by “provctl pbx kamailio generate”. It is written anew: change kamailio-local.cfg beside it instead, which can define
            # WITH_LOCAL_ROUTE and route[LOCAL] for what is dialled to the outside.

            import_file "kamailio-local.cfg"

            debug=2
            children=4
            auto_aliases=no
            listen=udp:\(node.address):\(node.port)
            listen=tcp:\(node.address):\(node.port)
            alias="\(plan.host)"
            alias="\(node.address)"
            server_id=\(id)
            tcp_connection_lifetime=3605


            """
        text += (modules + (node.peers.isEmpty ? [] : ["dmq", "dmq_usrloc"])).map { "loadmodule \"\($0).so\"\n" }.joined()
        text += """

            # A table that changes is read anew: what is generated holds at once.
            modparam("db_text", "db_mode", 1)
            modparam("auth_db|alias_db", "db_url", "text://\(node.tables)")
            modparam("auth_db", "calculate_ha1", 0)
            modparam("auth_db", "password_column", "ha1")
            modparam("auth_db", "load_credentials", "")
            modparam("alias_db", "use_domain", 0)
            modparam("path", "use_received", 1)
            modparam("usrloc", "db_mode", 0)
            modparam("usrloc", "preload", "location")
            modparam("usrloc", "nat_bflag", 6)
            modparam("registrar", "max_contacts", 4)
            modparam("registrar", "min_expires", 30)
            modparam("registrar", "max_expires", 3600)
            modparam("registrar", "default_expires", 3600)
            modparam("registrar", "received_avp", "$avp(provd_received)")
            modparam("nathelper", "received_avp", "$avp(provd_received)")
            modparam("nathelper", "natping_interval", 30)
            modparam("nathelper", "ping_nated_only", 1)
            modparam("nathelper", "sipping_bflag", 7)
            modparam("nathelper", "sipping_from", "sip:kamailio@\(plan.host)")

            """
        guard let peer = node.peers.first else { return text }
        return text + """
            modparam("dmq", "server_address", "sip:\(node.address):\(node.port);transport=tcp")
            modparam("dmq", "notification_address", "sip:\(peer):\(node.port);transport=tcp")
            modparam("dmq_usrloc", "enable", 1)
            modparam("dmq_usrloc", "sync", 1)

            """
    }

    private static func routes(_ node: Node, _ plan: PBXPlan, toProvd: String) -> String {
        let provd = "sip:\(plan.provdHost):\(plan.provdPort);transport=tcp"
        let nodes = node.peers.map { "$si != \"\($0)\"" }.joined(separator: " && ")
        let replication = node.peers.isEmpty ? "" : """
              # Nodes are believed by their address, and only over a connection: the source of a datagram can be forged.
              if (is_method("KDMQ")) {
                if ($proto != "tcp" || (\(nodes))) { sl_send_reply("403", "Not a Node"); exit; }
                dmq_handle_message();
                exit;
              }

            """
        return """

            request_route {
            \(replication)  if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
              if (!sanity_check("17895", "7")) exit;
              force_rport();
              # What a phone asserts of itself counts for nothing.
              remove_hf("P-Asserted-Identity");
              remove_hf("P-Preferred-Identity");
              if (is_method("CANCEL")) { if (t_check_trans()) t_relay(); exit; }
              if (has_totag()) {
                if (loose_route()) {
                  handle_ruri_alias();
                  t_relay();
                  exit;
                }
                if (is_method("ACK")) { if (t_check_trans()) t_relay(); exit; }
                sl_send_reply("404", "Not Here");
                exit;
              }
              t_check_trans();
              if (is_method("OPTIONS") && uri==myself && $rU==$null) { sl_send_reply("200", "OK"); exit; }
              # provd tells phones by this way to fetch their configuration: those without a line by the Path of their registration.
              if (is_method("NOTIFY") && $si == "\(plan.provdHost)") {
                if (loose_route()) { t_relay(); exit; }
                route(TO_PHONE);
              }
              remove_hf("Route");
              if (is_method("REGISTER")) route(REGISTRATION);
              if (!is_method("INVITE")) { sl_send_reply("405", "Method Not Allowed"); exit; }
              # Phones without a line prove to provd who they are, and reach nobody else.
              if (!alias_db_find("accounts", "$fu", "$avp(provd_account)")) {
                if (nat_uac_test("19")) add_contact_alias();
                record_route();
                route(RELAY_TO_PROVD);
              }
              if (!proxy_authorize("\(plan.host)", "subscriber")) { proxy_challenge("\(plan.host)", "1"); exit; }
              consume_credentials();
              if ($au != $fU) { sl_send_reply("403", "Not Yours"); exit; }
              if (nat_uac_test("19")) add_contact_alias();
              record_route();
            \(toProvd)              if (uri!=myself) { sl_send_reply("403", "No Relaying"); exit; }
              alias_db_lookup("numbers");
            #!ifdef WITH_LOCAL_ROUTE
              route(LOCAL);
            #!endif
              route(TO_PHONE);
            }

            route[REGISTRATION] {
              remove_hf("Path");
              if (!alias_db_find("accounts", "$tu", "$avp(provd_account)")) {
                add_path_received();
                route(RELAY_TO_PROVD);
              }
              if (!www_authorize("\(plan.host)", "subscriber")) { www_challenge("\(plan.host)", "1"); exit; }
              if ($au != $tU) { sl_send_reply("403", "Not Yours"); exit; }
              if (nat_uac_test("19")) { fix_nated_register(); setbflag(6); setbflag(7); }
              $var(result) = save("location");
              if ($var(result) < 0) { sl_reply_error(); exit; }
              $var(user) = $tU;
              $var(expires) = 3600;
              # 3: contacts were removed.
              if ($var(result) == 3) $var(expires) = 0;
              route(TELL_PROVD);
              exit;
            }

            # provd hears the call and believes who it comes from: by this address, and because it comes over a connection.
            route[TO_PROVD] {
              append_hf("P-Asserted-Identity: <sip:$au@\(plan.host)>\\r\\n");
              route(RELAY_TO_PROVD);
            }

            route[RELAY_TO_PROVD] {
              $du = "\(provd)";
              if (!t_relay()) sl_reply_error();
              exit;
            }

            # provd notes it on the phone's timeline, and sends what it tells the phone to the Contact, which is this node's.
            route[TELL_PROVD] {
              $uac_req(method) = "REGISTER";
              $uac_req(ruri) = "\(provd)";
              $uac_req(furi) = "sip:kamailio@\(plan.host)";
              $uac_req(turi) = "sip:" + $var(user) + "@\(plan.host)";
              $uac_req(hdrs) = "P-Asserted-Identity: <sip:" + $var(user) + "@\(plan.host)>\\r\\nContact: <sip:" + $var(user) + "@\(node.address):\(node.port)>\\r\\nExpires: " + $var(expires) + "\\r\\n";
              $uac_req(evroute) = 0;
              uac_req_send();
            }

            event_route[usrloc:contact-expired] {
              $var(user) = $(ulc(exp=>aor){s.select,0,@});
              $var(expires) = 0;
              route(TELL_PROVD);
            }

            route[TO_PHONE] {
              if (!lookup("location")) { sl_send_reply("480", "Not Registered"); exit; }
              if (is_method("INVITE")) t_on_reply("PHONE");
              if (!t_relay()) sl_reply_error();
              exit;
            }

            onreply_route[PHONE] {
              if (nat_uac_test("1")) add_contact_alias();
            }

            """
    }

    // MARK: - Values

    /// A name as a field of a table. The colon would end it.
    private static func name(_ text: String) throws(PBXConfigError) -> String {
        guard !text.isEmpty, text.utf8.allSatisfy({ isLetterOrDigit($0) || "-_.+*#".utf8.contains($0) }) else {
            throw PBXConfigError("“\(text.prefix(64))” cannot stand in a table of Kamailio: change it with “provctl line change”")
        }
        return text
    }

    /// A number as a regular expression that it alone matches. In a Request-URI # is escaped (RFC 3261 section 25.1).
    private static func pattern(_ number: String) throws(PBXConfigError) -> String {
        var pattern = ""
        for byte in try name(number).utf8 {
            let character = Character(UnicodeScalar(byte))
            switch character {
            case "#": pattern += "(#|%23)"
            case "*", "+", ".": pattern += "[\(character)]"
            default: pattern.append(character)
            }
        }
        return pattern
    }

    private static func isAddress(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
}
