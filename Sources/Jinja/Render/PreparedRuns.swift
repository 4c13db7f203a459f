// SPDX-License-Identifier: GPL-3.0-or-later

/// The ready bytes of runs: stretches of template text in which nothing but one small number changes.
///
/// Device files repeat `account.{{ n }}.…` hundreds of times, and `n` is the same few numbers for every
/// phone. A run is rendered once for each number and kept with the compiled template, so that it costs one
/// copy afterwards. What can be kept is bounded by ``values`` and ``bytes``.
struct PreparedRuns: Sendable {
    /// Numbers from 0 up to here are prepared; lines and keys are counted far lower.
    static let values = 48
    /// The most bytes that the runs of one template may take.
    static let bytes = 256 << 10

    /// The bytes by run and number, one run after the other; empty where nothing was prepared yet.
    private var table: [[UInt8]]
    private(set) var bytesLeft = PreparedRuns.bytes

    init(runs: Int) { table = [[UInt8]](repeating: [], count: runs * Self.values) }

    /// The bytes of a run for a number, or `nil` when they were not prepared.
    @inline(__always)
    func bytes(ofRun run: Int, for number: Int) -> [UInt8]? {
        if number < 0 || number >= Self.values || table[run &* Self.values &+ number].isEmpty { return nil }
        return table[run &* Self.values &+ number]
    }

    /// Keeps the bytes of a run, unless the number or the size is too large.
    mutating func keep(_ bytes: ArraySlice<UInt8>, ofRun run: Int, for number: Int) {
        guard number >= 0, number < Self.values, bytes.count <= bytesLeft else { return }
        bytesLeft -= bytes.count
        table[run * Self.values + number] = Array(bytes)
    }
}
