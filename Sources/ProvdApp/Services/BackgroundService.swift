// SPDX-License-Identifier: GPL-3.0-or-later

import ServiceLifecycle

/// A loop of the use cases as a service: it is cancelled when the group shuts down, and may finish its work then.
struct BackgroundService: Service {
    private let body: @Sendable () async -> Void

    init(_ body: @escaping @Sendable () async -> Void) { self.body = body }

    func run() async throws {
        await cancelWhenGracefulShutdown { await body() }
    }
}
