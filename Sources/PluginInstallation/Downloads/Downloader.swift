// SPDX-License-Identifier: GPL-3.0-or-later

import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
public import PluginPackages

/// Fetches files over HTTP: small ones into memory, large ones into a file that a later attempt goes on with.
public struct Downloader: Sendable {
    private let settings: DownloadSettings

    /// Makes a downloader.
    public init(_ settings: DownloadSettings) { self.settings = settings }

    // MARK: Small files

    /// Fetches a file of bounded length.
    ///
    /// - Returns: `nil` if the server has no such file.
    public func fetch(_ url: String, limit: Int) async throws -> [UInt8]? {
        try await withClient(for: url) { client in
            let response = try await client.execute(request(url), deadline: .now() + .minutes(10))
            if response.status == .notFound || response.status == .gone { return nil }
            guard response.status == .ok else { throw refusal(url, response.status) }
            do {
                return Array(buffer: try await response.body.collect(upTo: limit))
            } catch is NIOTooManyBytesError {
                throw PackageError(.malformed, url, "it is longer than \(limit) bytes", remedy: "this is no file of its kind; see that the address is right")
            }
        }
    }

    // MARK: Large files

    /// Fetches a file into `partial`, going on where an earlier attempt broke off, and checks its length and sum.
    ///
    /// After an error what was received stays in `partial`, unless it cannot be right.
    ///
    /// - Parameters:
    ///   - size: The file's length.
    ///   - isRight: Whether the sums are those of the file.
    ///   - progress: Is told how many bytes there are.
    public func download(
        _ url: String, into partial: PartialFile, size: Int, isRight: @Sendable (FileSums) -> Bool, progress: @Sendable (Int) -> Void
    ) async throws {
        var failure: (any Error)?
        var attempt = 0
        while attempt < settings.attempts {
            attempt += 1
            let before = try await partial.length()
            if before < size {
                do {
                    try await withClient(for: url) { try await receive(url, with: $0, into: partial, size: size, progress) }
                } catch let error as PackageError where error.code != .unreachable {
                    throw error
                } catch is CancellationError {
                    throw CancellationError()
                } catch {
                    try Task.checkCancellation()
                    failure = error
                    // It is tried again at once as long as each attempt brings the file on.
                    guard try await partial.length() > before else { throw error }
                    continue
                }
            }
            let sums = try await partial.sums()
            if sums.size == size, isRight(sums) { return }
            try await partial.remove()
            // The beginning may have been of another version of the file.
            guard before == 0 else { continue }
            throw PackageError(
                .mismatch, url, "what came has \(sums.size) bytes and SHA-256 \(sums.sha256), and that is not what was promised",
                remedy: "the file was replaced by another, or changed on its way")
        }
        throw failure ?? PackageError(.unreachable, url, "it could not be fetched", remedy: "try again later")
    }

    private func receive(
        _ url: String, with client: HTTPClient, into partial: PartialFile, size: Int, _ progress: @Sendable (Int) -> Void
    ) async throws {
        var offset = try await partial.length()
        var request = request(url)
        if offset > 0 {
            request.headers.add(name: "Range", value: "bytes=\(offset)-")
            // RFC 9110, 13.1.5: another version of the file is sent whole.
            if let tag = try await partial.tag() { request.headers.add(name: "If-Range", value: tag) }
        }
        // Ten minutes, and 20 kB in a second: who is slower will not finish.
        let response = try await client.execute(request, deadline: .now() + .minutes(10) + .seconds(Int64(size / 20_000)))
        switch response.status {
        case .partialContent where Self.start(of: response.headers.first(name: "Content-Range")) == offset && offset > 0: break
        case .ok, .partialContent:
            guard response.status == .ok else { throw unexpected(url, "it sent another part of the file than was asked for") }
            offset = 0
            try await partial.begin(tag: Self.strongTag(response.headers.first(name: "ETag")))
        case .rangeNotSatisfiable:
            try await partial.remove()
            throw unexpected(url, "the file is shorter there than what was received before")
        default: throw refusal(url, response.status)
        }
        progress(offset)
        for try await chunk in response.body {
            offset += chunk.readableBytes
            guard offset <= size else {
                try await partial.remove()
                throw PackageError(.mismatch, url, "it is longer than the \(size) bytes that were promised", remedy: "the file was replaced by another")
            }
            try await partial.append(Array(buffer: chunk))
            progress(offset)
        }
        guard offset == size else {
            throw PackageError(.unreachable, url, "it ended after \(offset) of \(size) bytes", remedy: "try again: it goes on where it stopped")
        }
    }

    /// Where a part begins: 512 of `bytes 512-1023/1024`.
    private static func start(of contentRange: String?) -> Int? {
        guard let text = contentRange, text.hasPrefix("bytes ") else { return nil }
        return Int(text.dropFirst(6).prefix { $0 != "-" })
    }

    /// A tag by which a server can tell that a file is the same byte for byte (RFC 9110, 8.8.3).
    private static func strongTag(_ tag: String?) -> String? { tag.flatMap { $0.hasPrefix("\"") && $0.utf8.count <= 256 ? $0 : nil } }

    // MARK: Requests

    private func request(_ url: String) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: url)
        request.headers.add(name: "User-Agent", value: "provd")
        // A packed transfer would hide how far a download is.
        request.headers.add(name: "Accept-Encoding", value: "identity")
        return request
    }

    private func withClient<Result: Sendable>(for text: String, _ body: (HTTPClient) async throws -> Result) async throws -> Result {
        guard let url = URL(string: text), url.scheme == "http" || url.scheme == "https", url.host() != nil else {
            throw PackageError(.failed, text, "it is no address of HTTP", remedy: "write it as https://… or http://…")
        }
        let timeout = HTTPClient.Configuration.Timeout(connect: settings.connectTimeout, read: settings.idleTimeout)
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .follow(max: 5, allowCycles: false), timeout: timeout, proxy: try settings.proxy(for: url))
        // Somebody waits for what is wrong with the address, the certificate or the proxy.
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        do {
            let result = try await body(client)
            try await client.shutdown()
            return result
        } catch {
            try? await client.shutdown()
            throw words(for: error, url)
        }
    }

    private func refusal(_ url: String, _ status: HTTPResponseStatus) -> PackageError {
        PackageError(
            status == .notFound || status == .gone ? .notFound : .unreachable, url, "the server answered \(status.code) \(status.reasonPhrase)",
            remedy: status.code >= 500 ? "try again later" : "see that the address is right, and that it needs no account")
    }

    private func unexpected(_ url: String, _ reason: String) -> PackageError {
        PackageError(.unreachable, url, reason, remedy: "try again: it begins anew")
    }

    private func words(for error: any Error, _ url: URL) -> any Error {
        let place = url.host() ?? "the server"
        switch error {
        case is PackageError, is CancellationError: return error
        case let error as HTTPClientError where error == .cancelled: return CancellationError()
        case let error as HTTPClientError where error == .readTimeout || error == .deadlineExceeded:
            return PackageError(
                .unreachable, url.absoluteString, "\(place) stopped sending (nothing came for \(settings.idleTimeout.nanoseconds / 1_000_000_000) s)",
                remedy: "try again: it goes on where it stopped")
        case let error as HTTPClientError where error == .connectTimeout:
            return PackageError(
                .unreachable, url.absoluteString, "\(place) cannot be reached",
                remedy: "see that this machine reaches it, and set http_proxy or https_proxy if there is a proxy")
        case let error as HTTPClientError where error == .invalidProxyResponse || error == .proxyAuthenticationRequired:
            // Proxies are asked for a tunnel (CONNECT), for http: too.
            return PackageError(
                .unreachable, url.absoluteString, "the proxy refuses the way to \(place)",
                remedy: "see that the parameter of the proxy is right, with its user and password, and that it allows tunnels to \(place)")
        case is NIOSSLError, is NIOSSLExtraError:
            return PackageError(
                .unreachable, url.absoluteString, "no secure connection to \(place): \(Self.words(forTLS: error))",
                remedy: "see that the address is right and that Debian's ca-certificates is installed; the certificate of an authority of your own goes into /usr/local/share/ca-certificates, then run update-ca-certificates")
        case is NIOConnectionError:
            return PackageError(
                .unreachable, url.absoluteString, "\(place) cannot be reached (\(error))",
                remedy: "see that this machine reaches it, and set http_proxy or https_proxy if there is a proxy")
        default:
            return PackageError(.unreachable, url.absoluteString, "the transfer broke off (\(error))", remedy: "try again: it goes on where it stopped")
        }
    }

    /// What BoringSSL means; its own words are for those who know its sources.
    private static func words(forTLS error: any Error) -> String {
        let text = String(describing: error)
        if text.contains("CERTIFICATE_VERIFY_FAILED") { return "its certificate has run out, or is by no authority that is trusted here" }
        if text.contains("WRONG_VERSION_NUMBER") { return "it does not speak TLS at this port" }
        if text.contains("Hostname") { return "its certificate is for another name" }
        return text
    }
}
