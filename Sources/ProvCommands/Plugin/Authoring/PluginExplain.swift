// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import JSONText
import NetTypes
import PhonePlugins
import PluginAuthoring

/// `provctl plugin explain`
struct PluginExplain: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Say which plugins claim a device that sends a request, and why one is chosen.",
        discussion: """
            provctl plugin explain plugins --http "GET /0015650abb01.cfg" --user-agent "Yealink SIP-T46S 66.86.0.15 00:15:65:0a:bb:01"
            provctl plugin explain plugins --dhcp "yealink" --mac 00:15:65:0a:bb:01
            provctl plugin explain plugins --tftp spa504G.cfg
            provctl plugin explain plugins --sip "Yealink SIP-T46S 66.86.0.15"
            """)

    @Argument(help: "Directories with plugin.yml, or directories of such.") var directories: [String]
    @Option(help: "The request line of an HTTP request, or its path.") var http: String?
    @Option(help: "The User-Agent header of the HTTP request.") var userAgent: String?
    @Option(help: "The vendor class identifier of a DHCP message (option 60).") var dhcp: String?
    @Option(help: "The user class of a DHCP message (option 77).") var userClass: String?
    @Option(help: "The host name in a DHCP message (option 12).") var hostname: String?
    @Option(help: "The file name of a TFTP read request.") var tftp: String?
    @Option(help: "The User-Agent header of a SIP request.") var sip: String?
    @Option(help: "The phone's hardware address, as a DHCP message tells it.") var mac: String?
    @Flag(help: "Print the explanation as JSON.") var json = false

    func validate() throws {
        guard requests(nil).count > 0 else { throw ValidationError("describe a request: --http, --dhcp, --tftp or --sip") }
        if let mac, MACAddress(mac) == nil { throw ValidationError("“\(mac)” is no MAC address: write 00:15:65:0a:bb:01") }
    }

    func run() throws {
        let loaded = AuthoringPlugins(directories)
        let catalog = PluginCatalog(plugins: loaded.plugins)
        let explanations = requests(mac.flatMap { MACAddress($0) }).map { PluginExplanation($0, in: catalog) }
        if json {
            print(JSONValue.array(explanations.map(\.json)).text(.indented))
        } else {
            for problem in loaded.problems { print("\(problem)") }
            print(explanations.map(\.description).joined(separator: "\n\n"))
        }
        if loaded.plugins.isEmpty { throw ExitCode.failure }
    }

    private func requests(_ mac: MACAddress?) -> [PhoneRequest] {
        var requests: [PhoneRequest] = []
        if http != nil || userAgent != nil {
            requests.append(PhoneRequest(protocol: .http, path: http.map(Self.path), userAgent: userAgent, mac: mac))
        }
        if dhcp != nil || userClass != nil || hostname != nil {
            requests.append(PhoneRequest(protocol: .dhcp, vendorClass: dhcp, userClass: userClass, hostname: hostname, mac: mac))
        }
        if let tftp { requests.append(PhoneRequest(protocol: .tftp, path: tftp, mac: mac)) }
        if let sip { requests.append(PhoneRequest(protocol: .sip, userAgent: sip, mac: mac)) }
        return requests
    }

    /// The path of a request line such as `GET /x.cfg HTTP/1.1`, or of a path alone.
    private static func path(_ text: String) -> String {
        let words = text.split(separator: " ")
        let target = words.count > 1 ? String(words[1]) : text
        return target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).first.map(String.init) ?? target
    }
}
