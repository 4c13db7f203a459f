// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc

/// Keeps a second daemon from working on the same state: it would take the first one's socket and write the same database.
struct StateLock {
    private let descriptor: CInt

    /// Takes the lock. The system lets it go when the process ends, however it ends.
    ///
    /// - Throws: `ConfigurationProblem` if another daemon has it.
    init(directory: String) throws(ConfigurationProblem) {
        let path = directory + "/lock"
        descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw ConfigurationProblem("\(path) cannot be written: give \(directory) to provd's user (error \(errno))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw ConfigurationProblem("another provd works on \(directory): stop it, or give this one another state_directory")
        }
    }

    /// Lets the lock go.
    func release() { close(descriptor) }
}
