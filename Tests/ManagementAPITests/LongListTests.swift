// SPDX-License-Identifier: GPL-3.0-or-later

import DeviceStorage
import HTTPTypes
import Hummingbird
import JSONText
import NIOCore
import ProvModel
import Synchronization
import Testing

@testable import ManagementAPI

@Suite("Long lists")
struct LongListTests {
    private static let count = 3_500

    private func client() async throws -> APIClient {
        let client = try await APIClient()
        try await client.store.transaction { transaction in
            for number in 0..<Self.count {
                var device = Device(id: DeviceID(stored: "d\(number)"), document: ["vendor": "Acme", "number": .int(number), "description": "à côté"])
                device.tenant = APIClient.tenant
                try transaction.save(device)
                try transaction.save(Config(id: ConfigID(stored: "c\(number)"), parents: [], rawConfig: ["admin_password": "secret", "number": .int(number)]))
            }
        }
        return client
    }

    @Test("All devices come in one answer of valid JSON, in their order, each once", arguments: ["", "?sort=id", "?sort=number&sort_ord=DESC&fields=number", "?skip=10&limit=3400"])
    func devices(query: String) async throws {
        let answer = try await client().get("/0.2/dev_mgr/devices" + query)
        #expect(answer.status == 200 && answer.headers[.contentType] == "application/vnd.proformatique.provd+json")
        #expect(answer.bytes.allSatisfy { $0 < 0x7F }, "all but ASCII is escaped")
        let numbers = try JSONValue(parsing: answer.bytes)["devices"]?.array?.compactMap { $0["number"]?.int } ?? []
        if query.hasPrefix("?skip") {
            #expect(numbers == Array(10..<3_410))
        } else if query.isEmpty {
            #expect(numbers == Array(0..<Self.count))
        } else {
            #expect(numbers.count == Self.count && Set(numbers) == Set(0..<Self.count))
        }
    }

    @Test("A short answer has its length; a long one is written while it is read, and its head is the same")
    func lengths() async throws {
        let client = try await client()
        let short = try await client.response(.get, "/0.2/dev_mgr/devices?limit=2")
        #expect(short.body.contentLength != nil && short.headers[.contentLength] != nil)
        let long = try await client.response(.get, "/0.2/dev_mgr/devices")
        #expect(long.body.contentLength == nil)
        let head = try await client.send(.head, "/0.2/dev_mgr/devices")
        #expect(head.status == 200 && head.bytes.isEmpty && head.headers[.contentType] == long.headers[.contentType])
    }

    @Test("Configs come the same way, under /1.0 without their secrets")
    func configs() async throws {
        let client = try await client()
        let old = try await client.get("/0.2/cfg_mgr/configs").json["configs"]?.array ?? []
        #expect(old.suffix(Self.count).compactMap { $0["raw_config"]?["number"]?.int } == Array(0..<Self.count))
        let current = try await client.get("/1.0/configs")
        #expect(current.headers[.contentType] == "application/json" && !current.text.contains("\"secret\""))
        #expect(current.json["configs"]?.array?.count == old.count)
    }

    @Test("Nothing is read before there is somebody to take it, and nothing more than is wanted")
    func lazily() async throws {
        let reads = Mutex(0)
        let part = [JSONObject](repeating: ["text": .string(String(repeating: "x", count: 1_000))], count: 1_000)
        let parts = DocumentParts { position, _ in
            let read = reads.withLock { count in
                count += 1
                return count
            }
            return Page(part, next: read < 20 ? (position ?? 0) + 1 : nil)
        }
        let whole = try await APIResponse.list("all", of: parts, .all, in: .wazo)
        #expect(reads.withLock { $0 } == 1)
        guard case .stream(let write)? = whole.rawBody else {
            Issue.record("a long list is not held")
            return
        }
        let reader = Reader(pieces: 3)
        var writer: any ResponseBodyWriter = reader
        await #expect(throws: Reader.Gone.self) { try await write(&writer) }
        #expect(reads.withLock { $0 } == 3)
        reads.withLock { $0 = 0 }
        _ = try await APIResponse.list("all", of: parts, try DocumentQuery(["limit": "1"]), in: .wazo)
        #expect(reads.withLock { $0 } == 1)
    }

    /// A reader who goes away after some pieces.
    private final class Reader: ResponseBodyWriter, Sendable {
        struct Gone: Error {}
        private let rest: Mutex<Int>

        init(pieces: Int) { rest = Mutex(pieces) }

        func write(_ buffer: ByteBuffer) async throws {
            let isLast = rest.withLock { rest in
                rest -= 1
                return rest == 0
            }
            if isLast { throw Gone() }
        }

        func finish(_ trailingHeaders: HTTPFields?) async throws {}
    }
}
