// SPDX-License-Identifier: GPL-3.0-or-later

import AsyncHTTPClient
import Foundation
import NIOSSL
import Synchronization

/// Which certificates of a provd are believed, and the HTTP client that believes them.
struct HTTPSTrust {
    /// Where provd keeps the certificate of its own authority: on the same machine nothing has to be said.
    private static let ownFile = "/var/lib/provd/tls/ca.crt"

    /// Clients by the file that they believe. A client must be shut down or live as long as the program.
    private static let clients = Mutex<[String: HTTPClient]>([:])

    /// Says at once that nobody answers, instead of trying until the time is up. It lives as long as the program.
    private static let plain = HTTPClient(eventLoopGroupProvider: .singleton, configuration: impatient(HTTPClient.Configuration.singletonConfiguration))

    let client: HTTPClient
    /// The file that is believed; `nil` if those of the system are.
    let file: String?

    /// Reads the certificates to believe, if the address is one of `https`.
    ///
    /// - Parameters:
    ///   - base: the address of the API.
    ///   - named: the file that somebody named.
    init(base: String, named: String?) throws {
        let known = FileManager.default.isReadableFile(atPath: Self.ownFile) ? Self.ownFile : nil
        guard base.lowercased().hasPrefix("https://"), let file = named ?? known else {
            client = Self.plain
            file = nil
            return
        }
        var configuration = Self.impatient(HTTPClient.Configuration.singletonConfiguration)
        do {
            // A file that is no certificate must be an error here, and not that of every connection.
            let certificates = try NIOSSLCertificate.fromPEMFile(file)
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.trustRoots = .certificates(certificates)
            configuration.tlsConfiguration = tls
        } catch {
            throw APIClient.Failure(
                description: "\(file) is no readable PEM file of certificates: fetch provd's with curl http://PROVD:8667/provd-ca.crt, and name it with --ca-file")
        }
        self.file = file
        client = Self.clients.withLock { clients in
            if let client = clients[file] { return client }
            let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
            clients[file] = client
            return client
        }
    }

    private static func impatient(_ configuration: HTTPClient.Configuration) -> HTTPClient.Configuration {
        var configuration = configuration
        configuration.connectionPool.retryConnectionEstablishment = false
        return configuration
    }

    /// What to do if a connection failed because of the certificate; `nil` if that was not the reason.
    func advice(for error: any Error) -> String? {
        let text = "\(error)"
        guard text.contains("CERTIFICATE_VERIFY_FAILED") || text.contains("certificate") || error is NIOSSLExtraError || error is NIOSSLError else { return nil }
        if text.contains("unableToValidateCertificate") || text.contains("HOSTNAME") || text.contains("hostname") {
            return "its certificate is for another name: use a name or address that is in it, or add this one to tls.names in provd.yml"
        }
        let believed = file.map { "its certificate is not one that \($0) believes" } ?? "its certificate is not one that this system believes"
        return "\(believed): fetch that of provd's authority (curl http://PROVD:8667/provd-ca.crt), compare its fingerprint, and name it with --ca-file or PROVD_CA_FILE"
    }
}
