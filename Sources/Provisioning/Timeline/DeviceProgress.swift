// SPDX-License-Identifier: GPL-3.0-or-later

public import ProvModel

/// How far a device is on its way to a working line, as a list shows it.
public struct DeviceProgress: Sendable, Equatable {
    /// The stations of the way, in their order.
    public enum Stage: String, Sendable, CaseIterable {
        /// Something of it was seen.
        case seen
        /// Its maker is known, or a plugin serves it.
        case recognised
        /// There is a configuration for it.
        case configured
        /// It has fetched its configuration.
        case fetched
        /// It is registered.
        case registered
        /// It is registered as somebody's phone.
        case owned
    }

    /// The last station that it has reached.
    public let stage: Stage
    /// What is expected next.
    public let next: NextStep
    /// When it did anything last, in seconds since 1970; `nil` if it never did.
    public let lastTime: Double?

    /// Which events tell how far a device is, and how many of each kind: a phone probes for some dozens of files that it can do without.
    static let tellingEvents: [TimelineEvent.Step: Int] = [.dhcp: 1, .fetched: 50, .registered: 20]

    /// Works out how far a device is.
    ///
    /// - Parameters:
    ///   - device: The device as it is now.
    ///   - lines: The lines on it.
    ///   - recent: The end of its journal with the telling events.
    ///   - unseenRegistrar: The PBX at which its lines register, if provd does not see it.
    init(_ device: Device, lines: [Line], recent: RecentTimeline?, unseenRegistrar: String? = nil) {
        let events = recent?.events ?? []
        next = NextStep.of(device, lines: lines, events: events, unseenRegistrar: unseenRegistrar)
        lastTime = recent?.lastTime
        stage =
            if next.isArrived {
                .owned
            } else if NextStep.registeredUsername(events) != nil {
                .registered
            } else if device.remoteStateSIPUsername != nil || events.contains(where: { $0.step == .fetched && $0.outcome == .done }) {
                .fetched
            } else if device.isConfigured {
                .configured
            } else if device.vendor != nil || device.plugin != nil {
                .recognised
            } else {
                .seen
            }
    }
}

extension DeviceBook {
    /// How far some devices are.
    ///
    /// - Parameters:
    ///   - devices: The devices.
    ///   - lines: The lines on any of them.
    public func progress(of devices: [Device], lines: [Line]) async throws -> [DeviceID: DeviceProgress] {
        let byDevice = Dictionary(grouping: lines, by: \.device)
        let recent = try await appliance.store.recentTimelines(of: devices.map(\.id), limits: DeviceProgress.tellingEvents)
        var progress: [DeviceID: DeviceProgress] = [:]
        for device in devices where progress[device.id] == nil {
            let lines = byDevice[device.id] ?? [], recent = recent[device.id]
            // Looked up only where it matters: it costs the whole configuration.
            let matters = NextStep.dependsOnRegistrar(device, lines: lines, events: recent?.events ?? [])
            progress[device.id] = DeviceProgress(
                device, lines: lines, recent: recent, unseenRegistrar: matters ? try await appliance.unseenRegistrar(of: device) : nil)
        }
        return progress
    }
}
