// SPDX-License-Identifier: GPL-3.0-or-later

import Certificates
import Configuration

/// What the administrator says of TLS: the section `tls` of `provd.yml`, and the ports on which it is spoken.
struct TLSSettings: Sendable {
    /// PEM files of the administrator's own.
    struct Files: Sendable {
        /// `tls.certificate_file` (text, default none): the certificate, then those that lead to a root that clients know.
        var certificate: String
        /// `tls.key_file` (text, default none): its key.
        var key: String
    }

    /// Files of the administrator's own; `nil` if provd makes its certificate itself.
    var files: Files?
    /// `tls.names` (text, default none): further host names and addresses in the certificate that provd makes, separated by commas.
    var names: [String]
    /// `http.tls_port` (0 to 65535, default 0): HTTPS for phones; 0 is none.
    var http: Int
    /// `http.old_tls_port` (0 to 65535, default 0): HTTPS for phones that know no TLS 1.2; 0 is none.
    var oldHTTP: Int
    /// `http.advertise_tls` (true or false, default false): whether phones are told URLs with https.
    var isAdvertised: Bool
    /// `rest.tls_port` (0 to 65535, default 0): the management API over TLS; 0 is none.
    var rest: Int
    /// `rest.tls_address` (default `0.0.0.0`): where it listens.
    var restAddress: String
    /// `sip.tls_port` (0 to 65535, default 0): SIP over TLS; 0 is none.
    var sip: Int

    /// All keys, as they stand in the file.
    static let keys: Set<String> = [
        "tls.certificate_file", "tls.key_file", "tls.names", "http.tls_port", "http.old_tls_port", "http.advertise_tls", "rest.tls_port",
        "rest.tls_address", "sip.tls_port",
    ]

    /// Whether TLS is spoken anywhere.
    var isUsed: Bool { [http, oldHTTP, rest, sip].contains { $0 > 0 } }

    /// Reads the settings.
    ///
    /// - Throws: `ConfigurationProblem` that names the key and what is allowed.
    init(reader: ConfigReader) throws(ConfigurationProblem) {
        let certificate = reader.string(forKey: "tls.certificate_file"), key = reader.string(forKey: "tls.key_file")
        switch (certificate, key) {
        case (let certificate?, let key?): files = Files(certificate: certificate, key: Credential.path(key))
        case (nil, nil): files = nil
        case (_, nil): throw ConfigurationProblem("tls.certificate_file needs tls.key_file: name the PEM file of its key, or leave out both")
        case (nil, _): throw ConfigurationProblem("tls.key_file needs tls.certificate_file: name the PEM file of the certificate, or leave out both")
        }
        names = reader.string(forKey: "tls.names", default: "").split(separator: ",").map { String($0.filter { $0 != " " }) }
        if let name = names.first(where: { !ProvdConfiguration.isHost($0) }) {
            throw ConfigurationProblem("tls.names has “\(name)”: write host names and addresses, with commas between them")
        }
        http = try ProvdConfiguration.number("http.tls_port", in: 0...65_535, default: 0, reader)
        oldHTTP = try ProvdConfiguration.number("http.old_tls_port", in: 0...65_535, default: 0, reader)
        isAdvertised = try ProvdConfiguration.flag("http.advertise_tls", reader)
        guard !isAdvertised || http > 0 else {
            throw ConfigurationProblem("http.advertise_tls needs http.tls_port: give the port, as 8668, or leave it out")
        }
        rest = try ProvdConfiguration.number("rest.tls_port", in: 0...65_535, default: 0, reader)
        restAddress = try ProvdConfiguration.address("rest.tls_address", default: "0.0.0.0", reader)
        sip = try ProvdConfiguration.number("sip.tls_port", in: 0...65_535, default: 0, reader)
    }

    /// provd's own authority, for which there is no need if the administrator has a certificate.
    func authority(_ configuration: ProvdConfiguration) -> CertificateAuthority? {
        guard files == nil else { return nil }
        return CertificateAuthority(
            directory: configuration.stateDirectory + "/tls",
            names: [configuration.advertisedAddress, configuration.informAddress] + names + ["localhost", "127.0.0.1"])
    }

    /// The certificate, if TLS is spoken.
    ///
    /// - Throws: `ConfigurationProblem` that names the file.
    func certificate(_ configuration: ProvdConfiguration) throws(ConfigurationProblem) -> ServerCertificate? {
        guard isUsed else { return nil }
        do throws(ServerCertificate.Problem) {
            if let files { return try ServerCertificate(certificateFile: files.certificate, keyFile: files.key) }
            return try authority(configuration).map { authority throws(ServerCertificate.Problem) in try ServerCertificate(of: authority) }
        } catch {
            throw ConfigurationProblem("tls: \(error)")
        }
    }
}
