// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import ProvModel

/// Puts lines on devices and takes them off, within a transaction.
struct Assignment {
    let now: Double

    /// Puts a line on a device. One that has none becomes the tenant's whose line it is.
    func assign(_ line: Line, to device: Device, in transaction: any StoreTransaction) throws {
        var device = device
        if try transaction.lines(on: device.id).isEmpty {
            device.tenant = line.tenant
            device.document["is_new"] = false
        }
        try lend(device, to: line, in: transaction)
    }

    /// Puts a line on a device that stays its tenant's.
    func lend(_ device: Device, to line: Line, in transaction: any StoreTransaction) throws {
        var line = line
        line.device = device.id
        try transaction.save(line)
        try settle(device, in: transaction)
        try transaction.append([
            TimelineEvent(
                device: device.id, mac: device.mac, time: now, step: .assigned,
                text: "became the phone of \(line.displayName), number \(line.number)",
                details: ["line": .string(line.id.description), "number": .string(line.number)])
        ])
    }

    /// Takes one line off a device.
    func take(_ line: Line, from device: Device, in transaction: any StoreTransaction) throws {
        var line = line
        line.device = nil
        try transaction.save(line)
        try HotDesk.forget(line.id, in: transaction)
        try noteLoss(of: line, device, in: transaction)
        try settle(device, in: transaction)
    }

    /// Takes all lines off a device, and those that wait until a guest logs out. They stay, and can be dialled again.
    func release(_ device: Device, in transaction: any StoreTransaction) throws {
        try HotDesk.forget(device.id, in: transaction)
        for var line in try transaction.lines(on: device.id) {
            line.device = nil
            try transaction.save(line)
            try HotDesk.forget(line.id, in: transaction)
            try noteLoss(of: line, device, in: transaction)
        }
        try settle(device, in: transaction)
    }

    /// Notes that a line is on a device no longer.
    func noteLoss(of line: Line, _ device: Device, in transaction: any StoreTransaction) throws {
        try transaction.append([
            TimelineEvent(
                device: device.id, mac: device.mac, time: now, step: .assigned,
                text: "is no longer the phone of \(line.displayName), number \(line.number)",
                details: ["line": .string(line.id.description), "number": .string(line.number)])
        ])
    }

    /// Gives a device the config that its lines ask for: theirs, or autoprov if it has none. Of a phone whose guest is gone it is its own lines again.
    func settle(_ device: Device, in transaction: any StoreTransaction) throws {
        var device = device
        let former = device.config, own = ConfigID(stored: device.id.description)
        if try transaction.lines(on: device.id).isEmpty { try HotDesk.returnLines(to: device.id, in: transaction) }
        let lines = try transaction.lines(on: device.id)
        if lines.isEmpty {
            // The account of an earlier autoprov may be known to somebody: the device gets a new one.
            try transaction.deleteAutoprovAccount(of: device.id)
            device.config = try AutoprovConfig.create(for: device.id, in: transaction)?.id
        } else {
            let former = try transaction.config(own)
            // Its name is that of the device, which may have been named after a config that others build on.
            if let former, !former.isDeletable { throw DocumentError("id", "config \(own) cannot be replaced: delete the device of that id and add it with another") }
            var config = LineConfig.make(
                for: device.id, lines: lines, registrar: try transaction.config(.defaultRegistrar), former: former)
            // What somebody put on the phone's keys is no part of its lines, and stays when these change.
            config.rawConfig["funckeys"] = former?.rawConfig["funckeys"]
            try transaction.save(config)
            device.config = config.id
        }
        try transaction.save(device)
        guard let former, former != device.config else { return }
        if former == own {
            guard try transaction.config(own)?.isDeletable == true else { return }
            try transaction.delete(own)
        } else {
            try AutoprovConfig.removeIfOrphaned(former, in: transaction)
        }
    }
}
