// SPDX-License-Identifier: GPL-3.0-or-later

import ProvModel

/// What is remembered while somebody works at a phone that is another's: which lines wait for that phone, and from which phone the guest's line came.
///
/// Settings hold it, so that it outlives a restart; it ends with the log-in, however that ends.
enum HotDesk {
    private static func waiting(_ device: DeviceID) -> String { "hotdesk.waiting.\(device)" }
    private static func home(_ line: LineID) -> String { "hotdesk.home.\(line)" }

    /// Whether a guest is logged in on a device.
    static func hasGuest(_ device: DeviceID, in transaction: any StoreTransaction) throws -> Bool {
        try transaction.setting(waiting(device)) != nil
    }

    /// A guest logs in on a device, and its own lines wait.
    static func begin(on device: DeviceID, own lines: [Line], in transaction: any StoreTransaction) throws {
        try transaction.save(setting: waiting(device), lines.map(\.id.description).joined(separator: " "))
    }

    /// Gives a device the lines back that waited for it, unless they are elsewhere by now.
    static func returnLines(to device: DeviceID, in transaction: any StoreTransaction) throws {
        guard let names = try transaction.setting(waiting(device)) else { return }
        try forget(device, in: transaction)
        for name in names.split(separator: " ") {
            guard var line = try transaction.line(LineID(String(name))), line.device == nil else { continue }
            line.device = device
            try transaction.save(line)
        }
    }

    /// No line waits for a device any longer.
    static func forget(_ device: DeviceID, in transaction: any StoreTransaction) throws {
        try transaction.save(setting: waiting(device), nil)
    }

    /// A line leaves the device that is its own, to which it comes back.
    static func leave(_ device: DeviceID, _ line: LineID, in transaction: any StoreTransaction) throws {
        try transaction.save(setting: home(line), device.description)
    }

    /// The device from which a line came, if it has no line by now. It is asked once: the line is a guest's no longer.
    static func takeHome(of line: LineID, in transaction: any StoreTransaction) throws -> Device? {
        guard let id = try transaction.setting(home(line)).map(DeviceID.init(stored:)) else { return nil }
        try forget(line, in: transaction)
        return try transaction.lines(on: id).isEmpty ? transaction.device(id) : nil
    }

    /// A line has no device any longer to which it comes back.
    static func forget(_ line: LineID, in transaction: any StoreTransaction) throws {
        try transaction.save(setting: home(line), nil)
    }
}
