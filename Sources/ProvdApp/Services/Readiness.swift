// SPDX-License-Identifier: GPL-3.0-or-later

import Logging
import Synchronization

/// Counts the doors that listen, and says once when all do.
final class Readiness: Sendable {
    private let waiting: Mutex<Set<String>>
    private let logger: Logger
    private let systemd: SystemdNotifier

    init(doors: Set<String>, systemd: SystemdNotifier, logger: Logger) {
        waiting = Mutex(doors)
        self.systemd = systemd
        self.logger = logger
    }

    /// A door listens now.
    func isListening(_ door: String) {
        let isReady = waiting.withLock { $0.remove(door) != nil && $0.isEmpty }
        guard isReady else { return }
        logger.notice("provd is ready")
        systemd.tell(.ready)
    }
}
