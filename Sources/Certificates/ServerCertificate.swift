// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
public import Logging
public import NIOSSL
import Synchronization

/// A server's certificate and key, from two files, which can be replaced while the server runs.
///
/// Whoever accepts a connection takes ``context(for:)`` anew, so that a renewed certificate serves all connections from then on.
/// Those that are open keep theirs.
public final class ServerCertificate: Sendable {
    /// Which clients are spoken to.
    public enum Clients: Sendable, Hashable {
        /// TLS 1.2 and later: desk phones of the last ten years, browsers, programs.
        case current
        /// TLS 1.0 and later, with ciphers that are refused elsewhere: for phones that know nothing better. Somebody between the
        /// phone and provd may read and change what passes.
        case old
    }

    /// Why a certificate cannot be used.
    public struct Problem: Error, Sendable, CustomStringConvertible {
        /// Which file, why, and what to do.
        public let description: String

        init(_ description: String) { self.description = description }
    }

    /// When the files were written, and how long they are: what changes with them.
    private struct Stamp: Equatable {
        let times: [Date]
        let sizes: [Int]
    }

    private struct Contexts {
        let current: NIOSSLContext
        let old: NIOSSLContext
    }

    /// How often the files are looked at.
    private static let interval = Duration.seconds(10)

    /// What old phones know: ciphers without authenticated encryption, and without forward secrecy.
    private static let oldCiphers = "ECDHE+AESGCM:RSA+AESGCM:ECDHE+AES:RSA+AES"

    private let certificateFile: String
    private let keyFile: String
    private let renew: @Sendable () throws(Problem) -> Void
    private let state: Mutex<(contexts: Contexts, stamp: Stamp)>

    /// Reads the files.
    ///
    /// - Parameters:
    ///   - certificateFile: PEM: the server's certificate, then those that lead to a root that its clients know.
    ///   - keyFile: PEM: the certificate's private key, without a pass phrase.
    public convenience init(certificateFile: String, keyFile: String) throws(Problem) {
        try self.init(certificateFile, keyFile) { () throws(Problem) in }
    }

    /// Takes a certificate of an authority, which renews it in time.
    public convenience init(of authority: CertificateAuthority) throws(Problem) {
        try self.init(authority.serverCertificateFile, authority.serverKeyFile) { () throws(Problem) in try authority.prepare() }
    }

    private init(_ certificateFile: String, _ keyFile: String, renew: @escaping @Sendable () throws(Problem) -> Void) throws(Problem) {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.renew = renew
        try renew()
        let stamp = Self.stamp(certificateFile, keyFile)
        state = Mutex((try Self.load(certificateFile, keyFile), stamp))
    }

    /// What a new connection is served with.
    public func context(for clients: Clients = .current) -> NIOSSLContext {
        let contexts = state.withLock { $0.contexts }
        return clients == .old ? contexts.old : contexts.current
    }

    /// Reads the files anew if they have changed.
    ///
    /// - Returns: Whether there is another certificate now.
    /// - Throws: ``Problem``; the former certificate goes on serving.
    @discardableResult
    public func reload() throws(Problem) -> Bool {
        try renew()
        let stamp = Self.stamp(certificateFile, keyFile)
        guard state.withLock({ $0.stamp }) != stamp else { return false }
        let contexts = try Self.load(certificateFile, keyFile)
        state.withLock { $0 = (contexts, stamp) }
        return true
    }

    /// Looks at the files every ten seconds until the task is cancelled, and whenever somebody asks.
    ///
    /// - Parameter requests: Each element asks to look now.
    public func run(requests: some AsyncSequence<some Sendable, Never> & Sendable, logger: Logger) async {
        await withDiscardingTaskGroup { group in
            group.addTask {
                for await _ in requests { self.reload(logger) }
            }
            group.addTask {
                // A fault is said once, not every ten seconds.
                var said: String?
                while (try? await Task.sleep(for: Self.interval)) != nil { said = self.reload(logger, except: said) }
            }
        }
    }

    /// - Returns: What is wrong.
    @discardableResult
    private func reload(_ logger: Logger, except said: String? = nil) -> String? {
        do throws(Problem) {
            if try reload() { logger.notice("the certificate was read anew", metadata: ["file": "\(certificateFile)"]) }
            return nil
        } catch {
            if error.description != said {
                logger.error("a changed certificate cannot be used, the former one serves on", metadata: ["reason": "\(error)"])
            }
            return error.description
        }
    }

    // MARK: - Files

    private static func load(_ certificateFile: String, _ keyFile: String) throws(Problem) -> Contexts {
        let chain: [NIOSSLCertificate]
        do {
            chain = try NIOSSLCertificate.fromPEMFile(certificateFile)
        } catch {
            throw Problem("\(certificateFile) is no readable PEM file of certificates (\(error)): see that it is there and that provd may read it")
        }
        let key: NIOSSLPrivateKey
        do {
            key = try NIOSSLPrivateKey(file: keyFile, format: .pem)
        } catch {
            throw Problem("\(keyFile) is no readable PEM file of a private key without pass phrase (\(error)): see that it is there and that provd may read it")
        }
        do {
            var configuration = TLSConfiguration.makeServerConfiguration(certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
            configuration.minimumTLSVersion = .tlsv12
            let current = try NIOSSLContext(configuration: configuration)
            configuration.minimumTLSVersion = .tlsv1
            configuration.cipherSuites = oldCiphers
            return Contexts(current: current, old: try NIOSSLContext(configuration: configuration))
        } catch {
            throw Problem("\(keyFile) is not the key of the first certificate in \(certificateFile) (\(error)): give the pair that belongs together")
        }
    }

    private static func stamp(_ files: String...) -> Stamp {
        let attributes = files.map { try? FileManager.default.attributesOfItem(atPath: $0) }
        return Stamp(
            times: attributes.map { $0?[.modificationDate] as? Date ?? .distantPast }, sizes: attributes.map { $0?[.size] as? Int ?? -1 })
    }
}
