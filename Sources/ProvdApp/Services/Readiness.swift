// SPDX-License-Identifier: GPL-3.0-or-later

import Logging
import PhonePlugins
import ProvModel
import Provisioning
import Synchronization

/// Knows whether provd serves: counts the doors that listen, and says once when all do.
final class Readiness: Sendable {
    private struct State {
        var waiting: Set<String>
        var isStopping = false
    }

    private let state: Mutex<State>
    private let logger: Logger
    private let systemd: SystemdNotifier

    init(doors: Set<String>, systemd: SystemdNotifier, logger: Logger) {
        state = Mutex(State(waiting: doors))
        self.systemd = systemd
        self.logger = logger
    }

    /// A door listens now.
    func isListening(_ door: String) {
        let isReady = state.withLock { $0.waiting.remove(door) != nil && $0.waiting.isEmpty }
        guard isReady else { return }
        logger.notice("provd is ready")
        systemd.tell(.ready)
    }

    /// provd was asked to stop.
    func isStopping() { state.withLock { $0.isStopping = true } }

    /// What keeps provd from serving, in words that tell strangers nothing more.
    func obstacles(of appliance: Appliance) async -> [String] {
        let (isStopping, isWaiting) = state.withLock { ($0.isStopping, !$0.waiting.isEmpty) }
        var obstacles: [String] = []
        if isStopping { obstacles.append("stopping") }
        if isWaiting { obstacles.append("listeners") }
        if appliance.plugins.catalog.plugins.isEmpty { obstacles.append("plugins") }
        do {
            _ = try await appliance.store.setting(FirstStart.timeSetting)
        } catch {
            obstacles.append("storage")
        }
        return obstacles
    }
}
