// SPDX-License-Identifier: GPL-3.0-or-later

import AsyncHTTPClient
import Foundation
import NetworkFailures
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
public import NetTypes
public import PhonePlugins
public import Provisioning
import SIPWire

/// Sends phones HTTP requests with AsyncHTTPClient.
public struct HTTPPhoneActions: PhoneActionSender {
    /// How long a phone may take to accept a connection, and then to answer. Phones are slow, and some restart before they answer.
    private static let timeout = HTTPClient.Configuration.Timeout(connect: .seconds(5), read: .seconds(15))
    /// The longest answer that is read; what is in it does not matter.
    private static let maximumAnswer = 64 * 1_024

    /// How long the rest of an answer may take. A phone that sends it byte by byte would otherwise be waited for as long as it likes; one
    /// whose connection ends at once might not do what it was asked.
    private let bodyTime: Duration

    /// Makes a sender. It holds no connections between requests.
    public init() { self.init(bodyTime: .seconds(5)) }

    init(bodyTime: Duration) { self.bodyTime = bodyTime }

    public func send(_ action: PhoneHTTPAction, to address: IPAddress, as credentials: PhoneCredentials?) async -> NotifyResult {
        var tls = TLSConfiguration.makeClientConfiguration()
        // Nobody signed a phone's certificate for its address.
        tls.certificateVerification = .none
        let client = HTTPClient(
            eventLoopGroupProvider: .singleton,
            configuration: .init(tlsConfiguration: tls, redirectConfiguration: .disallow, timeout: Self.timeout))
        let result: NotifyResult
        do {
            result = .answered(status: try await exchange(action, address, credentials, client))
        } catch let error as HTTPClientError where error == .remoteConnectionClosed {
            // A phone that restarts at once does not answer any more.
            result = .answered(status: 202)
        } catch let error as HTTPClientError where [.connectTimeout, .readTimeout, .deadlineExceeded].contains(error) {
            result = .noAnswer
        } catch {
            result = .failed("its web page at \(address) cannot be reached (\(NetworkFailure(error))); see that it is switched on in the phone, or restart the phone by hand")
        }
        try? await client.shutdown()
        return result
    }

    /// Asks without a password first: only the phone's challenge tells whether one may go over the wire as it is.
    private func exchange(
        _ action: PhoneHTTPAction, _ address: IPAddress, _ credentials: PhoneCredentials?, _ client: HTTPClient
    ) async throws -> Int {
        let first = try await execute(action, address, authorization: nil, client)
        guard first.status == .unauthorized, let credentials else { return Int(first.status.code) }
        let answer = Self.authorization(for: action, challenges: first.headers["WWW-Authenticate"], credentials)
        return Int(try await execute(action, address, authorization: answer, client).status.code)
    }

    private func execute(
        _ action: PhoneHTTPAction, _ address: IPAddress, authorization: String?, _ client: HTTPClient
    ) async throws -> HTTPClientResponse {
        let host = if case .v6 = address { "[\(address)]" } else { "\(address)" }
        var request = HTTPClientRequest(
            url: "\(action.isSecure ? "https" : "http")://\(host)\(action.port.map { ":\($0)" } ?? "")\(action.path)")
        request.method = action.method == .post ? .POST : .GET
        if let body = action.body {
            request.headers.add(name: "Content-Type", value: action.contentType)
            request.body = .bytes(ByteBuffer(string: body))
        }
        if let authorization { request.headers.add(name: "Authorization", value: authorization) }
        let response = try await client.execute(request, timeout: .seconds(30))
        await read(response.body)
        return response
    }

    /// Reads the rest of an answer, so that the connection is free for the next request. One that takes too long loses its connection.
    private func read(_ body: HTTPClientResponse.Body) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = try? await body.collect(upTo: Self.maximumAnswer) }
            group.addTask { try? await Task.sleep(for: bodyTime) }
            await group.next()
            group.cancelAll()
        }
    }

    /// Digest (RFC 7616, whose arithmetic SIP shares) if the phone offers it, else Basic (RFC 7617).
    private static func authorization(for action: PhoneHTTPAction, challenges: [String], _ credentials: PhoneCredentials) -> String {
        for text in challenges {
            guard let challenge = try? DigestChallenge(SIPHeader("WWW-Authenticate", text)) else { continue }
            let nonce = (0..<2).map { _ in String(UInt64.random(in: .min ... .max), radix: 16) }.joined()
            let digest = DigestCredentials(
                answering: challenge, secret: DigestSecret(username: credentials.username, password: credentials.password),
                method: SIPMethod(rawValue: action.method == .post ? "POST" : "GET"), uri: action.path,
                protection: .init(nonceCount: 1, clientNonce: nonce))
            return "\(digest)"
        }
        return "Basic \(Data("\(credentials.username):\(credentials.password)".utf8).base64EncodedString())"
    }
}
