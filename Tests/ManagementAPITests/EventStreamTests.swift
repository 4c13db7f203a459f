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

@Suite("Events as they come", .timeLimit(.minutes(10)))
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

    // MARK: - What a stream looks at, and for how long

    /// A journal whose events are other tenants'.
    private final class ForeignJournal: TimelineRepository {
        private struct State {
            var positions: [Int64]
            var asked: [Int64] = []
        }
        private let state: Mutex<State>

        /// - Parameter positions: The newest event's position, each time somebody asks for it. Then it fails.
        init(positions: [Int64]) { state = Mutex(State(positions: positions)) }

        /// After which positions events were looked up.
        var asked: [Int64] { state.withLock { $0.asked } }

        func lastTimelinePosition() async throws(StoreError) -> Int64 {
            let position = state.withLock { $0.positions.isEmpty ? nil : $0.positions.removeFirst() }
            guard let position else { throw StoreError(.other, "this is all") }
            return position
        }

        func timeline(within tenants: Set<TenantID>, after position: Int64, limit: Int) async throws(StoreError) -> [TimelineEvent] {
            state.withLock { $0.asked.append(position) }
            return []
        }

        func append(_ events: [TimelineEvent]) async throws(StoreError) {}
        func timeline(of device: DeviceID?, after position: Int64, limit: Int) async throws(StoreError) -> [TimelineEvent] { [] }
        func recentTimelines(
            of devices: [DeviceID], limits: [TimelineEvent.Step: Int]
        ) async throws(StoreError) -> [DeviceID: RecentTimeline] { [:] }
        func timelineCounts(within tenants: Set<TenantID>, since: Double, interval: Double) async throws(StoreError) -> [TimelineCount] { [] }
    }

    /// Collects a stream, and does something whenever it shows that it lives.
    private final class Listener: ResponseBodyWriter, Sendable {
        private let collected = Mutex("")
        private let onHeartbeat: @Sendable () async throws -> Void

        init(onHeartbeat: @escaping @Sendable () async throws -> Void = {}) { self.onHeartbeat = onHeartbeat }

        var text: String { collected.withLock { $0 } }

        func write(_ buffer: ByteBuffer) async throws {
            let text = String(buffer: buffer)
            collected.withLock { $0 += text }
            if text.contains("still here") { try await onHeartbeat() }
        }

        func finish(_ trailingHeaders: HTTPFields?) async throws {}
    }

    private func access(_ tree: Set<TenantID>, renewed: @escaping @Sendable () async throws -> APIAccess) -> APIAccess {
        APIAccess(
            tenant: APIClient.tenant, actor: AuditActor(name: "x", tenant: APIClient.tenant, address: "192.0.2.9"),
            permissions: PermissionPatterns(["#"]), ownTenant: APIClient.tenant, tree: { tree }, renewed: renewed)
    }

    @Test("Other tenants' events are looked at once, and none as long as there are no new ones")
    func foreignEvents() async throws {
        let journal = ForeignJournal(positions: [7, 7, 7, 1_000, 1_000, 2_000])
        let stream = EventStream(
            timeline: journal, access: access([]) { throw AccessRefusal.token }, tree: [], interval: .zero, looksBetweenChecks: 100)
        var writer: any ResponseBodyWriter = Listener()
        await #expect(throws: StoreError.self) { try await stream.write(after: 3, to: &writer) }
        #expect(journal.asked == [3, 7, 1_000])
    }

    @Test("A stream ends when its token does")
    func revoked() async throws {
        let client = try await client()
        let tokens = TokenBook(client.appliance), scope = TenantScope(APIClient.tenant)
        let (token, secret) = try await tokens.issue(
            .init(name: "short", tenant: APIClient.tenant, permissions: ["provd.events.read"], expires: nil), by: PermissionPatterns(["#"]), in: scope)
        let access = try await EmbeddedAuthority(client.appliance).access(
            APICredentials(token: secret, tenant: nil, address: "192.0.2.9", permission: "provd.events.read"))
        let stream = EventStream(
            timeline: client.store, access: access, tree: try await access.scope().tree, interval: .zero, looksBetweenChecks: 2)
        let listener = Listener { _ = try await tokens.revoke(token.id, in: scope) }
        var writer: any ResponseBodyWriter = listener
        try await stream.write(after: 1_000, to: &writer)
        #expect(listener.text.contains("still here"))
    }

    @Test("A stream shows the tenants that its token may see now, and goes on while nobody can be asked")
    func movedTenants() async throws {
        let client = try await client()
        let other = TenantID("elsewhere")
        var device = Device(id: DeviceID(stored: "b"))
        device.tenant = other
        try await client.store.transaction { [device] in try $0.save(device) }
        let renewals = Mutex(0)
        let moved = access([other]) { throw AccessRefusal.token }
        let now = access([]) {
            let renewal = renewals.withLock { count in
                count += 1
                return count
            }
            let event = TimelineEvent(device: DeviceID(stored: "b"), mac: nil, time: 0, step: .dialled, text: "seen \(renewal)")
            if renewal == 3 { throw AccessRefusal.token }
            try await client.store.append([event])
            if renewal == 1 { throw AccessRefusal.unavailable("nobody is there") }
            return moved
        }
        let stream = EventStream(timeline: client.store, access: now, tree: [], interval: .zero, looksBetweenChecks: 2)
        let listener = Listener()
        var writer: any ResponseBodyWriter = listener
        try await stream.write(after: 0, to: &writer)
        #expect(listener.text.contains("seen 2") && !listener.text.contains("seen 1"))
    }
}
