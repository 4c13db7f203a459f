// SPDX-License-Identifier: GPL-3.0-or-later

/// The ready bytes of runs: stretches of template text in which nothing but one or two small numbers change.
///
/// Device files repeat `account.{{ n }}.…` hundreds of times, and `n` is the same few numbers for every
/// phone. A run is rendered once for each number and kept with the compiled template, so that it costs one
/// copy afterwards. What can be kept is bounded by ``values`` and ``bytes``.
struct PreparedRuns: Sendable {
    /// Numbers from 0 up to here are prepared; lines and keys are counted far lower.
    static let values = 48
    /// The most bytes that the runs of one template may take, with the tables that find them.
    static let bytes = 512 << 10

    /// The bytes of each run, by its second number and then by its first; empty where nothing was prepared yet.
    private var tables: [[[UInt8]]]
    private(set) var bytesLeft = PreparedRuns.bytes

    init(runs: Int) { tables = [[[UInt8]]](repeating: [], count: runs) }

    /// The bytes of a run for its numbers, or `nil` when they were not prepared.
    ///
    /// A run of one variable has 0 for its second number.
    @inline(__always)
    func bytes(ofRun run: Int, for first: Int, _ second: Int) -> [UInt8]? {
        guard let position = Self.position(first, second), position < tables[run].count else { return nil }
        let bytes = tables[run][position]
        return bytes.isEmpty ? nil : bytes
    }

    /// Keeps the bytes of a run, unless a number or the size is too large.
    mutating func keep(_ bytes: ArraySlice<UInt8>, ofRun run: Int, for first: Int, _ second: Int) {
        guard let position = Self.position(first, second) else { return }
        let missing = max(0, (second + 1) * Self.values - tables[run].count)
        let size = bytes.count + missing * MemoryLayout<[UInt8]>.stride
        guard size <= bytesLeft else { return }
        bytesLeft -= size
        if missing > 0 { tables[run] += [[UInt8]](repeating: [], count: missing) }
        tables[run][position] = Array(bytes)
    }

    @inline(__always)
    private static func position(_ first: Int, _ second: Int) -> Int? {
        guard first >= 0, first < values, second >= 0, second < values else { return nil }
        return second &* values &+ first
    }
}
