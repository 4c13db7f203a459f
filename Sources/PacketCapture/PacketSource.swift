// SPDX-License-Identifier: GPL-3.0-or-later

/// One frame as it was captured.
public struct CapturedFrame: Sendable {
    /// When it was captured, in seconds since 1970.
    public var time: Double
    /// Its octets, from the link header on, with VLAN tags in their place. The frames of a batch share one memory, which
    /// is held as long as one of them is: copy what is kept.
    public var bytes: ArraySlice<UInt8>
    /// How long the frame was; more than `bytes.count` if the capture cut it short.
    public var originalLength: Int

    /// Makes a frame that was captured whole.
    public init(time: Double, bytes: [UInt8]) {
        self.time = time
        self.bytes = bytes[...]
        originalLength = bytes.count
    }

    /// Makes a frame that may have been cut short.
    init(time: Double, bytes: ArraySlice<UInt8>, originalLength: Int) {
        self.time = time
        self.bytes = bytes
        self.originalLength = originalLength
    }
}

/// The frames that were waiting.
public struct CaptureBatch: Sendable {
    /// The frames in the order of their capture; none at the end of a file.
    public var frames: [CapturedFrame]
    /// Frames that passed the filter but were lost, because they came faster than they were read, since the start.
    public var dropped: UInt64

    /// Makes a batch.
    public init(frames: [CapturedFrame], dropped: UInt64 = 0) {
        self.frames = frames
        self.dropped = dropped
    }
}

/// Where captured frames come from: an interface, a file, or a test.
public protocol PacketSource: Sendable {
    /// The interface or file, for people.
    var name: String { get }
    /// How the frames begin: a number of libpcap's list of link-layer header types.
    var linkType: Int32 { get }

    /// Waits for frames and takes those that are there, at most a few hundred.
    ///
    /// - Returns: At least one frame, or none at the end.
    /// - Throws: `CaptureError` if the capture broke, `CancellationError` soon after the task is cancelled.
    func nextBatch() async throws -> CaptureBatch
}
