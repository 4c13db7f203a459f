// SPDX-License-Identifier: GPL-3.0-or-later

import Dispatch

/// Runs an actor on a serial queue of its own, so that it may wait for the disk: the queue takes a thread outside the pool that
/// Swift's tasks share.
final class BlockingExecutor: SerialExecutor {
    private let queue: DispatchQueue

    /// Makes an executor whose thread carries `name` while it works.
    init(name: String) { queue = DispatchQueue(label: name) }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { unsafe job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
