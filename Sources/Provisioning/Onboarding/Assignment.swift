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
        try noteLoss(of: line, device, in: transaction)
        try settle(device, in: transaction)
    }

    /// Takes all lines off a device. They stay, and can be dialled again.
    func release(_ device: Device, in transaction: any StoreTransaction) throws {
        for var line in try transaction.lines(on: device.id) {
            line.device = nil
            try transaction.save(line)
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

    /// Gives a device the config that its lines ask for: theirs, or autoprov if it has none.
    func settle(_ device: Device, in transaction: any StoreTransaction) throws {
        var device = device
        let former = device.config
        let lines = try transaction.lines(on: device.id)
        if lines.isEmpty {
            // The account of an earlier autoprov may be known to somebody: the device gets a new one.
            try transaction.deleteAutoprovAccount(of: device.id)
            device.config = try AutoprovConfig.create(for: device.id, in: transaction)?.id
        } else {
            let former = try transaction.config(ConfigID(stored: device.id.description))
            var config = LineConfig.make(
                for: device.id, lines: lines, registrar: try transaction.config(.defaultRegistrar), former: former)
            // What somebody put on the phone's keys is no part of its lines, and stays when these change.
            config.rawConfig["funckeys"] = former?.rawConfig["funckeys"]
            try transaction.save(config)
            device.config = config.id
        }
        try transaction.save(device)
        guard let former, former != device.config else { return }
        if former.description == device.id.description {
            try transaction.delete(former)
        } else {
            try AutoprovConfig.removeIfOrphaned(former, in: transaction)
        }
    }
}
