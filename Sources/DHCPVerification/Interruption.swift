// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc
import Synchronization

/// Whether the process was told to end. A verification then stops between two probes and takes its namespaces away.
enum Interruption {
    private static let isRequested = Atomic<Bool>(false)

    /// From now on SIGINT, SIGTERM and SIGHUP do not end the process at once.
    static func watch() {
        // The handler must not be the first to touch the flag.
        isRequested.store(false, ordering: .relaxed)
        for number in [SIGINT, SIGTERM, SIGHUP] {
            signal(number) { _ in Interruption.isRequested.store(true, ordering: .relaxed) }
        }
    }

    /// Throws if the process was told to end.
    static func check() throws(VerificationFailure) {
        if isRequested.load(ordering: .relaxed) { throw VerificationFailure("interrupted") }
    }
}
