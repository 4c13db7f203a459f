// SPDX-License-Identifier: GPL-3.0-or-later

public import JSONText
import NetTypes
public import ProvModel

/// What the administrator's configuration says about provisioning.
public struct ProvisioningSettings: Sendable {
    /// The host name or address by which phones reach this appliance.
    public var advertisedHost: String
    /// The port of the HTTP server for phones.
    public var httpPort: UInt16
    /// The port of the HTTPS server for phones, if the URLs that phones are told are to begin with `https`.
    public var httpsPort: UInt16?
    /// The port of the TFTP server for phones.
    public var tftpPort: UInt16
    /// Where phones register whose line names no server, and those without a line: the embedded SIP server, unless a PBX is named.
    public var sipServer: SIPServer
    /// The hosts at which provd sees phones register: itself, and each PBX that tells it.
    public var seenRegistrars: Set<String>
    /// Who may fetch files that hold credentials.
    public var fileAccess: FileAccessPolicy
    /// For how long after the first start a device without DHCP evidence may fetch such a file, in hours.
    public var enrolmentHours: Double
    /// What provisioning codes are made of, and for how long they are good.
    public var codes = CodeRules.standard

    /// Makes settings.
    public init(
        advertisedHost: String, httpPort: UInt16, httpsPort: UInt16? = nil, tftpPort: UInt16, sipPort: UInt16, fileAccess: FileAccessPolicy = .bound,
        enrolmentHours: Double = 24
    ) {
        self.advertisedHost = advertisedHost
        self.httpPort = httpPort
        self.httpsPort = httpsPort
        self.tftpPort = tftpPort
        // Phones know the default port; naming it would only hide a change of transport.
        sipServer = SIPServer(host: advertisedHost, port: sipPort == 5060 ? nil : sipPort)
        seenRegistrars = [advertisedHost]
        self.fileAccess = fileAccess
        self.enrolmentHours = enrolmentHours
    }

    /// The URL by which phones reach this appliance over HTTP or HTTPS, without a slash at its end.
    ///
    /// - Parameter host: an address or name of the appliance, as it stands in a URL.
    public func baseURL(host: String) -> String {
        httpsPort.map { "https://\(host):\($0)" } ?? "http://\(host):\(httpPort)"
    }

    /// This appliance as it stands in a URL of a protocol.
    ///
    /// - Parameters:
    ///   - address: The address that a phone asked, if it is known.
    ///   - urlKey: The provisioning key with which it comes back.
    func server(asUsedBy transport: PhoneFileRequest.Transport, at address: IPAddress?, urlKey: String?) -> String {
        let host = address?.uriHost ?? advertisedHost
        let (port, standard) =
            switch transport {
            case .http: (httpPort, 80 as UInt16)
            case .tftp: (tftpPort, 69)
            }
        let server = port == standard ? host : "\(host):\(port)"
        // Over HTTP phones are told the address that is in their parameters.
        return transport == .tftp ? server + (urlKey.map { "/\($0)" } ?? "") : server
    }

    /// The lowest layer of every device's parameters.
    public var baseRawConfig: JSONObject {
        var rawConfig: JSONObject = [
            "ip": .string(advertisedHost), "http_port": .int(Int(httpPort)), "tftp_port": .int(Int(tftpPort)),
            "http_base_url": .string(baseURL(host: advertisedHost)),
        ]
        // Where lines register that do not say it themselves.
        for role in ["proxy", "registrar"] {
            rawConfig["sip_\(role)_ip"] = .string(sipServer.host)
            rawConfig["sip_\(role)_port"] = sipServer.port.map { .int(Int($0)) }
        }
        return rawConfig
    }
}
