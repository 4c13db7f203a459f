// SPDX-License-Identifier: GPL-3.0-or-later

import HummingbirdCore
import JSONText
import NIOCore
import ProvModel
import Provisioning
import ServiceLifecycle

/// The events of some tenants' devices as they come, for one client, for as long as it may see them.
struct EventStream: Sendable {
    /// How many events are looked up at the most at one time.
    static let maximumEvents = 1_000

    /// Where the events are.
    let timeline: any TimelineRepository
    /// Who reads.
    let access: APIAccess
    /// The tenants that it sees at first.
    let tree: Set<TenantID>
    /// How often it looks for new events.
    var interval = Duration.milliseconds(300)
    /// After how many looks it asks again whether the client may read on, and shows that it lives if there was nothing: proxies end what is
    /// silent for a minute.
    var looksBetweenChecks = 50

    /// Writes events until the client goes, its token ends, or the daemon stops.
    @concurrent func write(after start: Int64, to writer: inout any ResponseBodyWriter) async throws {
        var position = start, looks = 0, isSilent = true
        var tree = tree
        try await writer.write(ByteBuffer(string: "retry: 2000\n\n"))
        while !Task.isCancelled, !Task.isShuttingDownGracefully {
            let events = try await newEvents(after: &position, within: tree)
            for event in events {
                try await writer.write(
                    ByteBuffer(string: "id: \(event.id)\nevent: \(event.step.rawValue)\ndata: \(CurrentRoutes.document(event).text())\n\n"))
            }
            isSilent = isSilent && events.isEmpty
            looks += 1
            if looks >= looksBetweenChecks {
                guard let current = try await renewed(tree) else { return }
                tree = current
                if isSilent { try await writer.write(ByteBuffer(string: ": still here\n\n")) }
                (looks, isSilent) = (0, true)
            }
            if events.count < Self.maximumEvents { try await Task.sleep(for: interval) }
        }
    }

    /// The events after a position, which is moved to where to look next.
    private func newEvents(after position: inout Int64, within tree: Set<TenantID>) async throws -> [TimelineEvent] {
        // Read first: what comes after it is looked at next time.
        let newest = try await timeline.lastTimelinePosition()
        guard newest > position else { return [] }
        let events = try await timeline.timeline(within: tree, after: position, limit: Self.maximumEvents)
        // Unless there are more, all others up to the newest are other tenants' and are not looked at again.
        let last = events.last?.id ?? position
        position = events.count < Self.maximumEvents ? max(last, newest) : last
        return events
    }

    /// The tenants that the client may see now; `nil` if its token has ended, or allows this no more.
    private func renewed(_ tree: Set<TenantID>) async throws -> Set<TenantID>? {
        do {
            return try await access.renewed().scope().tree
        } catch AccessRefusal.unavailable {
            // Nobody has said no. Who was let in sees the same until it can be asked again.
            return tree
        } catch is AccessRefusal {
            return nil
        }
    }
}
