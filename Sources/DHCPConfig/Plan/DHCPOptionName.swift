// SPDX-License-Identifier: GPL-3.0-or-later

extension DeliveryItem.Place {
    /// The place in words, with the option's name in the IANA registry where it has one.
    public var title: String {
        switch self {
        case .option(let code):
            if let name = Self.names[code] { "option \(code) (\(name))" } else { "option \(code)" }
        case .nextServer: "next server (siaddr)"
        case .serverName: "server name (sname)"
        case .bootFile: "boot file (file)"
        }
    }

    /// Names of the options that definitions use (IANA registry of BOOTP and DHCP parameters; 150 RFC 5859; 160, 161
    /// and 242 are vendors' own).
    private static let names: [UInt8: String] = [
        1: "subnet mask", 3: "router", 6: "name servers", 15: "domain name", 51: "lease time", 42: "NTP servers", 43: "vendor specific information", 66: "TFTP server name", 67: "bootfile name", 72: "WWW servers",
        114: "URL", 120: "SIP servers", 125: "vendor-identifying information", 128: "VLAN of phones", 129: "call server",
        132: "802.1Q VLAN", 150: "TFTP server addresses", 159: "provisioning URL", 160: "provisioning URL",
        161: "configuration server", 242: "Avaya IP telephones", 232: "VLAN of phones",
    ]
}
