// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc

/// The frames that pass an interface, in promiscuous mode, within a few hundredths of a second.
public actor LiveCapture: PacketSource {
    /// Frames in a batch: after as many the reader has its turn. Each batch wakes several threads, which on a busy machine takes
    /// longer than to read thousands of frames.
    static let batchLimit = 8192

    public nonisolated let name: String
    public nonisolated let linkType: Int32
    private let handle: PcapHandle
    /// What ended the capture, kept while the frames before it are handed out.
    private var failure: CaptureError?
    private nonisolated let wakeUp: WakeUp
    private nonisolated let executor: BlockingExecutor

    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// Begins to capture: frames are kept from now on.
    ///
    /// - Parameters:
    ///   - interface: Its name.
    ///   - filter: Makes the filter in the language of pcap-filter(7) for the link type of the interface.
    /// - Throws: `CaptureError`.
    public init(interface: String, filter: (_ linkType: Int32) -> String) throws(CaptureError) {
        let handle = try CapturePrivileges.withRawSockets { () throws(CaptureError) in try PcapHandle.open(interface: interface) }
        name = interface
        linkType = handle.linkType
        try handle.setFilter(filter(handle.linkType))
        self.handle = handle
        wakeUp = try WakeUp()
        executor = BlockingExecutor(name: "capture \(interface)")
    }

    public nonisolated func nextBatch() async throws -> CaptureBatch {
        try await withTaskCancellationHandler {
            try await readBatch()
        } onCancel: {
            wakeUp.signal()
        }
    }

    private func readBatch() throws -> CaptureBatch {
        while true {
            try Task.checkCancellation()
            let frames = try waitingFrames()
            guard frames.isEmpty else { return CaptureBatch(frames: frames, dropped: handle.dropped) }
            try wait()
        }
    }

    private func waitingFrames() throws(CaptureError) -> [CapturedFrame] {
        if let failure { throw failure }
        var batch = BatchBuffer()
        while batch.count < Self.batchLimit {
            do {
                guard case .frame = try handle.next(into: &batch) else { break }
            } catch {
                let failure = CaptureError(.noSuchInterface, "the capture on \(name) ended: \(error.text)")
                self.failure = failure
                guard !batch.isEmpty else { throw failure }
                break
            }
        }
        return batch.frames
    }

    /// Blocks until a frame waits or the task is cancelled.
    private func wait() throws(CaptureError) {
        var descriptors = [
            pollfd(fd: handle.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: wakeUp.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        guard unsafe poll(&descriptors, nfds_t(descriptors.count), -1) >= 0 || errno == EINTR else {
            throw CaptureError(.failed, "the capture on \(name) could not wait: \(CaptureError.reason(errno))")
        }
        wakeUp.reset()
    }
}
