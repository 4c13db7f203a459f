// SPDX-License-Identifier: GPL-3.0-or-later

/// Makes TZif files for tests, after RFC 8536 section 3.
struct TZifSample {
    var clocks: [(offset: Int, isDaylight: Bool, name: String)]
    var changes: [(time: Int, clock: UInt8)] = []
    /// The rule at the end; `nil` makes a file of version 1.
    var footer: String?

    var bytes: [UInt8] {
        guard let footer else { return block(version: 0, timeByteCount: 4) }
        return block(version: 0x32, timeByteCount: 4) + block(version: 0x32, timeByteCount: 8) + [0x0A] + Array(footer.utf8) + [0x0A]
    }

    private func block(version: UInt8, timeByteCount: Int) -> [UInt8] {
        let names = clocks.map { Array($0.name.utf8) + [0] }
        var bytes = Array("TZif".utf8) + [version] + [UInt8](repeating: 0, count: 15)
        for count in [0, 0, 0, changes.count, clocks.count, names.joined().count] { bytes += bigEndian(count, 4) }
        for change in changes { bytes += bigEndian(change.time, timeByteCount) }
        bytes += changes.map(\.clock)
        var nameIndex = 0
        for (clock, name) in zip(clocks, names) {
            bytes += bigEndian(clock.offset, 4) + [clock.isDaylight ? 1 : 0, UInt8(nameIndex)]
            nameIndex += name.count
        }
        return bytes + names.joined()
    }

    private func bigEndian(_ value: Int, _ byteCount: Int) -> [UInt8] {
        (0..<byteCount).reversed().map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }

    /// Central Europe from 2020 to 2037 by its changes alone.
    static func centralEurope(footer: String?) -> TZifSample {
        // The last Sundays of March and October, as days after 1 January 1970.
        let days = [
            18_350, 18_560, 18_714, 18_931, 19_078, 19_295, 19_442, 19_659, 19_813, 20_023, 20_177, 20_387, 20_541, 20_751, 20_905, 21_122,
        ]
        return TZifSample(
            clocks: [(3600, false, "CET"), (7200, true, "CEST")],
            changes: days.enumerated().map { ($1 * 86_400 + 3600, $0 % 2 == 0 ? 1 : 0) },
            footer: footer)
    }
}
