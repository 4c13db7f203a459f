// SPDX-License-Identifier: GPL-3.0-or-later

/// What an appliance must know of its network, in the order in which people are asked.
///
/// The raw values are the keys of an answers file, and with hyphens the options of `provctl setup`.
public enum SetupKey: String, CaseIterable, Sendable {
    /// The interface to the phones.
    case interface
    /// The appliance's IPv4 address on it, by which phones reach it.
    case address
    /// The phones' network.
    case network
    /// Their router.
    case router
    /// Their name servers.
    case dns
    /// Who tells phones where the appliance is.
    case dhcp
    /// The addresses that are leased, if the DHCP server is here.
    case range
    /// The DHCP server for which a configuration is written, if it is another machine.
    case dhcpServer = "dhcp_server"
    /// The telephone system at which lines register.
    case pbx
    /// Where it is, if it is another machine.
    case pbxAddress = "pbx_address"
    /// The makes of phones that are expected.
    case vendors
    /// The language of phones and of what callers hear.
    case locale
    /// The phones' time zone, as the tz database names it.
    case timezone
    /// A table of the first lines.
    case lines

    /// What a person is asked.
    public var question: String {
        switch self {
        case .interface: "Interface to the phones"
        case .address: "Address of this machine there"
        case .network: "Network of the phones"
        case .router: "Their router"
        case .dns: "Their name servers, with commas between them"
        case .dhcp: "Who tells phones where this machine is: dnsmasq or kea (the DHCP server is here), generate (for a server elsewhere), inform, none"
        case .range: "Addresses to lease, such as 10.77.0.100-10.77.0.199"
        case .dhcpServer: "The DHCP server elsewhere: dnsmasq, isc, kea, routeros, windows, opnsense, cisco-ios or systemd-networkd"
        case .pbx: "Telephone system: embedded (small sites), asterisk, kamailio, freeswitch"
        case .pbxAddress: "Its address"
        case .vendors: "Makes of phones, with commas between them, or all"
        case .locale: "Language, such as en_GB, de_DE, fr_FR, es_ES"
        case .timezone: "Time zone, such as Europe/Berlin"
        case .lines: "A CSV file with the first lines (number,name,…), or none"
        }
    }

    /// Whether the question makes sense after what was answered.
    public func applies(to sheet: SetupSheet) -> Bool {
        switch self {
        case .range: ["dnsmasq", "kea"].contains(sheet[.dhcp])
        case .dhcpServer: sheet[.dhcp] == "generate"
        case .pbxAddress: sheet[.pbx].map { $0 != "embedded" } ?? false
        case .router, .dns: sheet[.dhcp] != "none"
        default: true
        }
    }
}
