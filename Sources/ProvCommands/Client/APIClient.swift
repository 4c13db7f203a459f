// SPDX-License-Identifier: GPL-3.0-or-later

import AsyncHTTPClient
import Foundation
import JSONText
import NIOCore
import NIOHTTP1

/// A client of the management API.
struct APIClient {
    /// What went wrong, in words for the person at the terminal.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// The largest answer that is read: 50,000 devices have some 40 MB.
    private static let maximumLength = 256 * 1_024 * 1_024

    private let base: String
    private let token: String

    init(_ options: ConnectionOptions) throws {
        let environment = ProcessInfo.processInfo.environment
        base = options.url ?? environment["PROVD_URL"] ?? "http://127.0.0.1:8666"
        let file = options.tokenFile ?? environment["PROVD_TOKEN_FILE"] ?? "/var/lib/provd/admin-token"
        guard let data = FileManager.default.contents(atPath: file), let text = String(data: data, encoding: .utf8) else {
            throw Failure(
                description: "the token file \(file) cannot be read: run provctl as root, or name another file with --token-file")
        }
        token = text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    func get(_ path: String) async throws -> JSONValue { try await send(.GET, path, nil) }

    func post(_ path: String, _ body: JSONValue) async throws -> JSONValue { try await send(.POST, path, body) }

    /// Begins an operation and waits until it has ended.
    ///
    /// - Returns: The operation as it ended.
    func operation(_ path: String) async throws -> JSONValue {
        var operation = try await post(path, [:])
        while let state = operation["state"]?.string, state == "waiting" || state == "progress", let id = operation["id"]?.int {
            try await Task.sleep(for: .milliseconds(200))
            operation = try await get("/1.0/operations/\(id)")
        }
        return operation
    }

    func delete(_ path: String) async throws { _ = try await send(.DELETE, path, nil) }

    private func send(_ method: HTTPMethod, _ path: String, _ body: JSONValue?) async throws -> JSONValue {
        var request = HTTPClientRequest(url: base + path)
        request.method = method
        request.headers.add(name: "X-Auth-Token", value: token)
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: body.serialized()))
        }
        let response: HTTPClientResponse
        do {
            response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
        } catch {
            throw Failure(description: "provd does not answer at \(base) (\(error)): see that it runs, or name its address with --url")
        }
        let buffer = try await response.body.collect(upTo: Self.maximumLength)
        let document: JSONValue = buffer.readableBytes == 0 ? .null : (try? JSONValue(parsing: buffer.readableBytesView)) ?? .null
        guard (200..<300).contains(response.status.code) else {
            throw Failure(description: document["detail"]?.string ?? "provd answered \(response.status)")
        }
        return document
    }
}
