// SPDX-License-Identifier: GPL-3.0-or-later

import CPcap
import Glibc

/// Wakes a thread that waits in `poll(2)`, from any other thread.
package final class WakeUp: Sendable {
    /// A descriptor that is readable once `signal()` was called.
    package let descriptor: Int32

    /// Opens the descriptor; it is closed with the last reference.
    ///
    /// - Throws: `CaptureError` of code `failed` if the process has no descriptors left.
    package init() throws(CaptureError) {
        descriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        guard descriptor >= 0 else {
            throw CaptureError(.failed, "no event descriptor could be opened: \(CaptureError.reason(errno))")
        }
    }

    deinit { close(descriptor) }

    /// Wakes the thread that waits, or the next one to wait.
    package func signal() {
        // The only failure is a counter that is full, in which case the descriptor is readable as wanted.
        _ = eventfd_write(descriptor, 1)
    }

    /// Forgets the signals so far.
    package func reset() {
        var count: eventfd_t = 0
        _ = unsafe eventfd_read(descriptor, &count)
    }
}
