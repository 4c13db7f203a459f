// SPDX-License-Identifier: GPL-3.0-or-later

import AsyncHTTPClient
import Foundation
import JSONText
public import ManagementAPI
import NIOCore
import NIOHTTP1
public import ProvModel
import Synchronization

/// Asks a wazo-auth server over HTTP.
public final class WazoAuthClient: WazoAuthServer {
    /// How long an answer may take. A request of a client of ours waits for it.
    private static let timeout = TimeAmount.seconds(5)
    /// The largest answer that is read: 10,000 tenants have some 5 MB.
    private static let maximumLength = 16 * 1_024 * 1_024
    /// For how long provd's own token is asked for, in seconds; it is renewed when half of it is over.
    private static let tokenSeconds = 7_200.0

    private struct OwnToken {
        let token: String
        let tenant: TenantID
        let renewal: Double
    }

    private let base: String
    private let username: String
    private let password: String
    private let own = Mutex<OwnToken?>(nil)

    /// Makes a client.
    ///
    /// - Parameters:
    ///   - base: The address of the server, such as `http://127.0.0.1:9497`.
    ///   - username: provd's own account there.
    ///   - password: The account's password.
    public init(base: String, username: String, password: String) {
        self.base = base.hasSuffix("/") ? String(base.dropLast()) : base
        self.username = username
        self.password = password
    }

    public func check(token: String, permission: String, tenant: TenantID) async throws(WazoAuthFailure) -> WazoAuthVerdict {
        let query = "scope=\(Self.encoded(permission))&tenant=\(Self.encoded(tenant.description))"
        let (status, _) = try await send(.HEAD, "/0.1/token/\(Self.encoded(token))?\(query)")
        switch status {
        case 200..<300: return .allowed
        case 404: return .unknown
        case 401, 403: return .forbidden
        default: throw unexpected(status)
        }
    }

    public func owner(ofToken token: String) async throws(WazoAuthFailure) -> WazoTokenOwner? {
        let (status, body) = try await send(.GET, "/0.1/token/\(Self.encoded(token))")
        switch status {
        case 200:
            let metadata = body["data"]?["metadata"]
            return WazoTokenOwner(
                user: metadata?["uuid"]?.string ?? body["data"]?["auth_id"]?.string ?? "unknown",
                tenant: metadata?["tenant_uuid"]?.string.map(TenantID.init))
        case 401, 403, 404: return nil
        default: throw unexpected(status)
        }
    }

    public func tenants(below tenant: TenantID) async throws(WazoAuthFailure) -> [WazoTenant] {
        let token = try await ownToken()
        let (status, body) = try await send(.GET, "/0.1/tenants", headers: [("X-Auth-Token", token.token), ("Wazo-Tenant", tenant.description)])
        switch status {
        case 200:
            guard let items = body["items"]?.array else { throw WazoAuthFailure("wazo-auth at \(base) sent a list of tenants that is none") }
            // A part of the list must not be taken for all of it.
            if let total = body["filtered"]?.int ?? body["total"]?.int, total > items.count {
                throw WazoAuthFailure("wazo-auth at \(base) sent \(items.count) of \(total) tenants")
            }
            return items.compactMap { item in
                guard let id = item["uuid"]?.string else { return nil }
                // The root names itself as its parent.
                let parent = item["parent_uuid"]?.string.flatMap { $0 == id ? nil : TenantID($0) }
                return WazoTenant(id: TenantID(id), parent: parent, name: item["name"]?.string ?? id)
            }
        case 401:
            own.withLock { $0 = nil }
            return [WazoTenant(id: tenant, parent: nil, name: tenant.description)]
        default: throw unexpected(status)
        }
    }

    public func ownTenant() async throws(WazoAuthFailure) -> TenantID { try await ownToken().tenant }

    private func ownToken() async throws(WazoAuthFailure) -> OwnToken {
        let now = Date().timeIntervalSince1970
        if let known = own.withLock({ $0 }), now < known.renewal { return known }
        let credentials = Data("\(username):\(password)".utf8).base64EncodedString()
        let (status, body) = try await send(
            .POST, "/0.1/token", headers: [("Authorization", "Basic \(credentials)")], body: ["expiration": .int(Int(Self.tokenSeconds))])
        guard (200..<300).contains(status), let token = body["data"]?["token"]?.string,
            let tenant = body["data"]?["metadata"]?["tenant_uuid"]?.string
        else {
            throw status == 401
                ? WazoAuthFailure("wazo-auth at \(base) does not know provd's account \(username): set auth.username and auth.password_file")
                : unexpected(status)
        }
        let fresh = OwnToken(token: token, tenant: TenantID(tenant), renewal: now + Self.tokenSeconds / 2)
        own.withLock { $0 = fresh }
        return fresh
    }

    private func send(
        _ method: HTTPMethod, _ path: String, headers: [(String, String)] = [], body: JSONValue? = nil
    ) async throws(WazoAuthFailure) -> (status: UInt, body: JSONValue) {
        var request = HTTPClientRequest(url: base + path)
        request.method = method
        request.headers.add(name: "Accept", value: "application/json")
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: body.serialized()))
        }
        do {
            let response = try await HTTPClient.shared.execute(request, timeout: Self.timeout)
            let buffer = try await response.body.collect(upTo: Self.maximumLength)
            let document = buffer.readableBytes == 0 ? .null : (try? JSONValue(parsing: buffer.readableBytesView)) ?? .null
            return (response.status.code, document)
        } catch {
            // The error may name the URL, and that holds the token.
            throw WazoAuthFailure("wazo-auth at \(base) does not answer: see that it runs")
        }
    }

    private func unexpected(_ status: UInt) -> WazoAuthFailure { WazoAuthFailure("wazo-auth at \(base) answered with status \(status)") }

    private static func encoded(_ text: String) -> String {
        let unreserved = CharacterSet(charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
        return text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
    }
}
