// SPDX-License-Identifier: GPL-3.0-or-later

import AsteriskWire
import Crypto
import NIOCore
import NIOPosix
import Synchronization
import Testing

/// The manager interface of an Asterisk: it answers as the recorded one did, and as its documentation says where that is silent.
final class FakeAsterisk: Sendable {
    static let secret = "amisecret"
    private static let challenge = "157180596"

    private struct State {
        /// By endpoint: the URI of its contact, and when it ends.
        var contacts: [String: (uri: String, expires: Int)] = [:]
        var actions: [AMIMessage] = []
        var logins = 0
        var connections: [any Channel] = []
    }

    private let state = Mutex(State())

    /// The actions that it was sent after logins, without their numbers.
    func actions(_ name: String) -> [[String]] {
        state.withLock { $0.actions }.filter { $0["Action"] == name }.map { message in
            message.fields.dropFirst().filter { $0.name != "ActionID" }.map { "\($0.name): \($0.value)" }
        }
    }
    var logins: Int { state.withLock { $0.logins } }

    /// An endpoint registers, and who listens is told.
    func register(_ endpoint: String, at uri: String, until expires: Int = 100) {
        state.withLock { $0.contacts[endpoint] = (uri, expires) }
        tell(endpoint, uri, "Reachable")
    }

    /// An endpoint is gone.
    func unregister(_ endpoint: String) {
        guard let contact = state.withLock({ $0.contacts.removeValue(forKey: endpoint) }) else { return }
        tell(endpoint, contact.uri, "Removed")
    }

    /// An endpoint registers once more: of this Asterisk tells nobody.
    func prolong(_ endpoint: String) { state.withLock { $0.contacts[endpoint]?.expires += 60 } }

    /// Ends all connections.
    func hangUp() {
        for channel in state.withLock({ $0.connections }) { channel.close(promise: nil) }
    }

    private func tell(_ endpoint: String, _ uri: String, _ status: String) {
        let event = AMIMessage([
            .init("Event", "ContactStatus"), .init("Privilege", "system,all"), .init("URI", uri), .init("ContactStatus", status),
            .init("AOR", endpoint), .init("EndpointName", endpoint), .init("RoundtripUsec", "56737"),
        ])
        for channel in state.withLock({ $0.connections }) { send([event], channel) }
    }

    private func send(_ messages: [AMIMessage], _ channel: any Channel) {
        for message in messages { channel.writeAndFlush(ByteBuffer(bytes: (try? message.encoded) ?? []), promise: nil) }
    }

    /// Serves while `body` runs, which is given the port.
    func serve(_ body: (Int) async throws -> Void) async throws {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton).bind(host: "127.0.0.1", port: 0) { channel in
            channel.eventLoop.makeCompletedFuture { try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel) }
        }
        let port = try #require(server.channel.localAddress?.port)
        try await withThrowingTaskGroup { group in
            group.addTask {
                try await server.executeThenClose { connections in
                    try await withThrowingDiscardingTaskGroup { group in
                        for try await connection in connections { group.addTask { try? await self.converse(connection) } }
                    }
                }
            }
            try await body(port)
            group.cancelAll()
        }
    }

    private func converse(_ connection: NIOAsyncChannel<ByteBuffer, ByteBuffer>) async throws {
        try await connection.executeThenClose { inbound, _ in
            let channel = connection.channel
            channel.writeAndFlush(ByteBuffer(string: "Asterisk Call Manager/9.0.0\r\n"), promise: nil)
            var reader = AMIReader()
            // What a client says has the same form, but for the greeting.
            reader.append("Asterisk Call Manager/9.0.0\r\n".utf8)
            for try await bytes in inbound {
                reader.append(bytes.readableBytesView)
                while let element = try reader.next() {
                    if case .message(let action) = element { send(answer(action, channel), channel) }
                }
            }
        }
    }

    private func answer(_ action: AMIMessage, _ channel: any Channel) -> [AMIMessage] {
        func response(_ word: String, _ more: KeyValuePairs<String, String>) -> AMIMessage {
            AMIMessage([.init("Response", word), .init("ActionID", action["ActionID"] ?? "")] + more.map { .init($0.key, $0.value) })
        }
        let name = action["Action"] ?? ""
        guard name != "Challenge" else { return [response("Success", ["Challenge": Self.challenge])] }
        guard name != "Login" else {
            let digest = Insecure.MD5.hash(data: Array((Self.challenge + Self.secret).utf8))
            let key = digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            guard action["Key"] == key, action["Username"] == "provd", action["Secret"] == nil else {
                return [response("Error", ["Message": "Authentication failed"])]
            }
            state.withLock {
                $0.logins += 1
                $0.connections.append(channel)
            }
            return [response("Success", ["Message": "Authentication accepted"])]
        }
        return state.withLock { state in
            state.actions.append(action)
            switch name {
            case "Ping": return [response("Success", ["Ping": "Pong", "Timestamp": "1795392458.100990"])]
            case "PJSIPShowContacts":
                guard !state.contacts.isEmpty else { return [response("Error", ["Message": "No Contacts found"])] }
                let number = AMIMessage.Field("ActionID", action["ActionID"] ?? "")
                let list = state.contacts.map { endpoint, contact in
                    AMIMessage([
                        .init("Event", "ContactList"), number, .init("ObjectType", "contact"), .init("ObjectName", "\(endpoint);@x"),
                        .init("Endpoint", endpoint), .init("Uri", contact.uri), .init("ExpirationTime", "\(contact.expires)"), .init("Status", "Reachable"),
                    ])
                }
                return [response("Success", ["EventList": "start", "Message": "A listing of Contacts follows, presented as ContactList events"])] + list
                    + [AMIMessage([.init("Event", "ContactListComplete"), number, .init("EventList", "Complete"), .init("ListItems", "\(list.count)")])]
            case "PJSIPNotify":
                if let endpoint = action["Endpoint"], endpoint == "nosuch" {
                    return [response("Error", ["Message": "Unable to retrieve endpoint \(endpoint)"])]
                }
                return [response("Success", ["Message": "NOTIFY sent"])]
            case "Reload": return [response("Success", ["Message": "Module Reloaded"])]
            default:
                return [response("Error", ["Message": "Invalid/unknown command: \(name). Use Action: ListCommands to show available commands."])]
            }
        }
    }
}
