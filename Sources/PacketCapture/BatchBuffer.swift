// SPDX-License-Identifier: GPL-3.0-or-later

/// Gathers the frames of a batch in one memory, so that a frame costs no allocation.
struct BatchBuffer {
    private struct Entry {
        let time: Double
        let octets: Range<Int>
        let originalLength: Int
    }

    private var octets: [UInt8] = []
    private var entries: [Entry] = []

    /// Makes a buffer.
    ///
    /// - Parameters:
    ///   - frames: For how many frames there is room at first.
    ///   - octets: For how many octets there is room at first.
    init(frames: Int = 0, octets: Int = 0) {
        entries.reserveCapacity(frames)
        self.octets.reserveCapacity(octets)
    }

    /// How many frames there are.
    var count: Int { entries.count }

    var isEmpty: Bool { entries.isEmpty }

    /// Copies a frame.
    mutating func append(_ frame: UnsafeBufferPointer<UInt8>, time: Double, originalLength: Int) {
        let start = octets.count
        unsafe octets.append(contentsOf: frame)
        entries.append(Entry(time: time, octets: start..<octets.count, originalLength: originalLength))
    }

    /// The frames in their order, which share the memory.
    var frames: [CapturedFrame] {
        entries.map { CapturedFrame(time: $0.time, bytes: octets[$0.octets], originalLength: $0.originalLength) }
    }
}
