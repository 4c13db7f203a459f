// SPDX-License-Identifier: GPL-3.0-or-later

import ProvModel
import Synchronization

/// The devices that calls gave or took lines, until the calls are over.
///
/// Every call that is noted here ends, so that nothing stays: the endpoint tells of the end of each call that it accepted.
final class ChangedDevices: Sendable {
    private let devices = Mutex<[UInt64: Set<DeviceID>]>([:])

    func note(_ changed: Set<DeviceID>, by call: UInt64) {
        devices.withLock { $0[call, default: []].formUnion(changed) }
    }

    func take(by call: UInt64) -> Set<DeviceID> {
        devices.withLock { $0.removeValue(forKey: call) } ?? []
    }
}
