// SPDX-License-Identifier: GPL-3.0-or-later

import DeviceStorage
import HTTPTypes
import Hummingbird
import JSONText
import NIOCore
import ProvModel
import Provisioning
import Synchronization
import Testing

@testable import ManagementAPI

@Suite("Events as they come")
struct EventStreamTests {
    /// Collects a stream until it has what a test waits for; then the reader goes away.
    private final class Reader: ResponseBodyWriter, Sendable {
        struct Gone: Error {}
        private let wanted: Int
        private let collected = Mutex("")

        init(events: Int) { wanted = events }

        var text: String { collected.withLock { $0 } }

        func write(_ buffer: ByteBuffer) async throws {
            let count = collected.withLock { text in
                text += String(buffer: buffer)
                return text.split(separator: "data: ").count - 1
            }
            if count >= wanted { throw Gone() }
        }

        func finish(_ trailingHeaders: HTTPFields?) async throws {}
    }

    private func read(_ client: APIClient, _ count: Int, query: String = "", headers: [String: String?] = [:]) async throws -> String {
        let response = try await client.response(.get, "/1.0/events\(query)", headers: headers)
        #expect(response.headers[.contentType] == "text/event-stream")
        let reader = Reader(events: count)
        await #expect(throws: Reader.Gone.self) { try await response.body.write(reader) }
        return reader.text
    }

    private func ids(_ text: String) -> [String] {
        text.split(separator: "\n").filter { $0.hasPrefix("id: ") }.map { String($0.dropFirst(4)) }
    }

    private func client() async throws -> APIClient {
        let client = try await APIClient()
        try await client.addDevice(["id": "a"])
        try await client.store.append(
            (0..<5).map { TimelineEvent(device: DeviceID(stored: "a"), mac: nil, time: 0, step: .fetched, text: "step \($0)") })
        return client
    }

    @Test("Who was cut off goes on where it was, and misses nothing")
    func resume() async throws {
        let client = try await client()
        let all = ids(try await read(client, 6, query: "?after=0"))
        #expect(all.count == 6)
        #expect(ids(try await read(client, 3, headers: ["Last-Event-ID": all[2]])) == Array(all.suffix(3)))
        #expect(try await client.get("/1.0/events", headers: ["Last-Event-ID": "x"]).status == 400)
    }

    @Test("What happens while somebody reads is told, and nothing of other tenants")
    func live() async throws {
        let client = try await client()
        var foreign = Device(id: DeviceID(stored: "foreign"))
        foreign.tenant = TenantID("elsewhere")
        try await client.store.transaction { [foreign] in try $0.save(foreign) }
        // The reader begins at the newest event; what is added before it has begun does not count for it.
        let seen = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                var number = 0
                while !Task.isCancelled {
                    number += 1
                    try await client.store.append([
                        TimelineEvent(device: DeviceID(stored: "foreign"), mac: nil, time: 0, step: .dialled, text: "secret \(number)"),
                        TimelineEvent(device: DeviceID(stored: "a"), mac: nil, time: 0, step: .dialled, text: "new \(number)"),
                    ])
                    try? await Task.sleep(for: .milliseconds(50))
                }
            }
            let text = try await read(client, 1)
            group.cancelAll()
            return text
        }
        #expect(seen.contains("event: dialled") && seen.contains("new ") && !seen.contains("secret"))
    }

    @Test("A token has so many streams at once; what is closed, or never read, makes room")
    func limit() async throws {
        let client = try await client()
        var open: [Response] = []
        for _ in 0..<EventStreamLimit.perToken { open.append(try await client.response(.get, "/1.0/events?after=0")) }
        let refused = try await client.response(.get, "/1.0/events?after=0")
        #expect(open.allSatisfy { $0.status == .ok } && refused.status == .tooManyRequests && refused.headers[.retryAfter] != nil)
        let (_, other) = try await TokenBook(client.appliance).issue(
            .init(name: "other", tenant: APIClient.tenant, permissions: ["#"], expires: nil), by: PermissionPatterns(["#"]), in: TenantScope(APIClient.tenant))
        #expect(try await client.response(.get, "/1.0/events?after=0", headers: ["X-Auth-Token": other]).status == .ok)
        open.removeLast()
        #expect(ids(try await read(client, 1, query: "?after=0")).count == 1)
        #expect(try await client.response(.get, "/1.0/events?after=0").status == .ok)
    }
}
