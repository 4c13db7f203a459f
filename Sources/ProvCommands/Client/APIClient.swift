// SPDX-License-Identifier: GPL-3.0-or-later

import AsyncHTTPClient
import Foundation
import JSONText
import NetworkFailures
import NIOCore
import NIOHTTP1

/// A client of the management API.
struct APIClient {
    /// What went wrong, in words for the person at the terminal.
    struct Failure: Error, CustomStringConvertible {
        /// What scripts tell failures apart by.
        enum Kind: Int32 {
            /// Anything else.
            case other = 1
            /// There is no such thing.
            case notFound = 3
            /// The token is none, or does not allow this.
            case refused = 4
            /// provd does not answer.
            case unreachable = 5
            /// Somebody else changed it meanwhile, or it is in the way of something.
            case conflict = 6
        }

        let kind: Kind
        let description: String

        init(_ kind: Kind = .other, description: String) {
            self.kind = kind
            self.description = description
        }
    }

    /// The largest answer that is read: 50,000 devices have some 40 MB.
    private static let maximumLength = 256 * 1_024 * 1_024
    /// How long one request may take. The largest import takes seconds.
    private static let timeout = TimeAmount.seconds(60)

    private let base: String
    private let token: String
    private let tenant: String?
    private let trust: HTTPSTrust

    init(_ options: ConnectionOptions) throws {
        let environment = ProcessInfo.processInfo.environment
        base = options.url ?? environment["PROVD_URL"] ?? "http://127.0.0.1:8666"
        trust = try HTTPSTrust(base: base, named: options.caFile ?? environment["PROVD_CA_FILE"])
        tenant = options.tenant ?? environment["PROVD_TENANT"]
        let file = options.tokenFile ?? environment["PROVD_TOKEN_FILE"] ?? "/var/lib/provd/admin-token"
        guard let data = FileManager.default.contents(atPath: file), let text = String(data: data, encoding: .utf8) else {
            throw Failure(
                .refused, description: "the token file \(file) cannot be read: run provctl as root, or name another file with --token-file")
        }
        token = text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    func get(_ path: String) async throws -> JSONValue { try Self.document(try await send(.GET, path).body) }

    func post(_ path: String, _ body: JSONValue) async throws -> JSONValue {
        try Self.document(try await send(.POST, path, body.serialized()).body)
    }

    /// Replaces a document.
    ///
    /// - Parameter replacesWhatever: Whether it does not matter what is there now.
    func put(_ path: String, _ body: JSONValue, replacesWhatever: Bool) async throws -> JSONValue {
        try Self.document(try await send(.PUT, path, body.serialized(), ifMatch: replacesWhatever ? "*" : nil).body)
    }

    /// Changes a document as it is at this moment: what somebody else makes of it meanwhile is told, and not lost.
    func patch(_ path: String, _ body: JSONValue) async throws -> JSONValue {
        let tag = try await tag(path)
        return try Self.document(try await send(.PATCH, path, body.serialized(), ifMatch: tag).body)
    }

    func delete(_ path: String) async throws { _ = try await send(.DELETE, path) }

    /// Deletes a document that others may be changing, as it is at this moment.
    func delete(document path: String) async throws {
        let tag = try await tag(path)
        _ = try await send(.DELETE, path, ifMatch: tag)
    }

    /// The state of the document at a path; `nil` if none needs to be named. Phones change their devices' documents themselves: what an
    /// administrator says of one must not fail because it has just booted.
    private func tag(_ path: String) async throws -> String? {
        if path.hasPrefix("/1.0/devices/") { return nil }
        return try await send(.GET, path).response.headers.first(name: "ETag")
    }

    /// The text at a path that is no JSON.
    func text(_ path: String) async throws -> String { String(buffer: try await send(.GET, path).body) }

    /// Sends a table.
    func post(csv text: String, _ path: String) async throws -> JSONValue {
        try Self.document(try await send(.POST, path, Array(text.utf8), contentType: "text/csv").body)
    }

    /// Sends a text in the place of whatever is at a path.
    func put(text: [UInt8], _ path: String) async throws -> JSONValue {
        try Self.document(try await send(.PUT, path, text, contentType: "text/plain", ifMatch: "*").body)
    }

    /// Sends a file.
    func post(file: [UInt8], contentType: String, headers: [(String, String)], _ path: String) async throws -> JSONValue {
        try Self.document(try await send(.POST, path, file, contentType: contentType, headers: headers).body)
    }

    /// All elements of a list that comes in parts.
    func all(_ path: String, _ name: String) async throws -> [JSONValue] {
        var elements: [JSONValue] = [], cursor: String?
        repeat {
            let separator = path.contains("?") ? "&" : "?"
            let page = try await get("\(path)\(separator)limit=1000" + (cursor.map { "&cursor=\($0)" } ?? ""))
            elements += page[name]?.array ?? []
            cursor = page["next"]?.string
        } while cursor != nil
        return elements
    }

    /// Writes what is at a path into a file that only its owner can read.
    func download(_ path: String, to file: String) async throws {
        let response = try await response(.GET, path, nil, contentType: nil)
        guard FileManager.default.createFile(atPath: file, contents: nil, attributes: [.posixPermissions: 0o600]),
            let handle = FileHandle(forWritingAtPath: file)
        else { throw Failure(description: "\(file) cannot be written") }
        for try await piece in response.body { try handle.write(contentsOf: Data(piece.readableBytesView)) }
        try handle.close()
    }

    /// Begins an operation of a device and waits until it has ended.
    ///
    /// - Returns: The operation as it ended.
    func operation(_ path: String) async throws -> JSONValue {
        var operation = try await post(path, [:])
        let progress = ProgressLine()
        while let state = operation["state"]?.string, state == "waiting" || state == "progress", let id = operation["id"]?.int {
            progress.show(state == "waiting" ? "waiting" : "asking the phone")
            try await Task.sleep(for: .milliseconds(200))
            operation = try await get("/1.0/operations/\(id)")
        }
        progress.clear()
        return operation
    }

    private func send(
        _ method: HTTPMethod, _ path: String, _ body: [UInt8]? = nil, contentType: String = "application/json", headers: [(String, String)] = [],
        ifMatch: String? = nil
    ) async throws -> (response: HTTPClientResponse, body: ByteBuffer) {
        let response = try await response(method, path, body, contentType: body == nil ? nil : contentType, headers: headers, ifMatch: ifMatch)
        return (response, try await response.body.collect(upTo: Self.maximumLength))
    }

    /// - Throws: `Failure` unless the answer is a success.
    private func response(
        _ method: HTTPMethod, _ path: String, _ body: [UInt8]?, contentType: String?, headers: [(String, String)] = [], ifMatch: String? = nil
    ) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: base + path)
        request.method = method
        request.headers.add(name: "X-Auth-Token", value: token)
        if let tenant { request.headers.add(name: "Wazo-Tenant", value: tenant) }
        if let contentType { request.headers.add(name: "Content-Type", value: contentType) }
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let ifMatch { request.headers.add(name: "If-Match", value: ifMatch) }
        if let body { request.body = .bytes(ByteBuffer(bytes: body)) }
        let response: HTTPClientResponse
        do {
            response = try await trust.client.execute(request, timeout: Self.timeout)
        } catch {
            if let advice = trust.advice(for: error) { throw Failure(.unreachable, description: "\(base) cannot be believed: \(advice)") }
            throw Failure(.unreachable, description: "provd does not answer at \(base) (\(NetworkFailure(error))): see that it runs, or name its address with --url")
        }
        guard !(200..<300).contains(response.status.code) else { return response }
        let problem = (try? JSONValue(parsing: try await response.body.collect(upTo: Self.maximumLength).readableBytesView)) ?? .null
        var text = problem["detail"]?.string ?? "provd answered \(response.status)"
        for row in problem["problems"]?.array ?? [] {
            text += "\n  row \(row["row"]?.int ?? 0)\(row["field"]?.string.map { $0.isEmpty ? "" : ", \($0)" } ?? ""): \(row["text"]?.string ?? "")"
        }
        let kind: Failure.Kind =
            switch response.status.code {
            case 401, 403: .refused
            case 404: .notFound
            case 409, 412, 428: .conflict
            default: .other
            }
        throw Failure(kind, description: text)
    }

    private static func document(_ body: ByteBuffer) throws -> JSONValue {
        guard body.readableBytes > 0 else { return .null }
        do {
            return try JSONValue(parsing: body.readableBytesView)
        } catch {
            throw Failure(description: "provd's answer is \(error)")
        }
    }
}
