// SPDX-License-Identifier: GPL-3.0-or-later

/// The frames of a capture file in pcap or pcapng format.
public actor CaptureFile: PacketSource {
    /// Frames in a batch: enough that a frame costs no switch between threads.
    static let batchLimit = 512
    /// Octets for which a batch has room at first: those of ordinary DHCP messages.
    private static let batchOctets = batchLimit * 400

    public nonisolated let name: String
    public nonisolated let linkType: Int32
    private let handle: PcapHandle
    /// What ended the reading, kept while the frames before it are handed out: libpcap says it only once.
    private var damage: CaptureError?
    private nonisolated let executor: BlockingExecutor

    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// Opens a file.
    ///
    /// - Throws: `CaptureError` of code `unreadableFile` or `badFile`.
    public init(path: String) throws(CaptureError) {
        let handle = try PcapHandle.open(file: path)
        name = path
        linkType = handle.linkType
        self.handle = handle
        executor = BlockingExecutor(name: "capture file")
    }

    public func nextBatch() async throws -> CaptureBatch {
        try Task.checkCancellation()
        if let damage { throw damage }
        var batch = BatchBuffer(frames: Self.batchLimit, octets: Self.batchOctets)
        reading: while batch.count < Self.batchLimit {
            do {
                switch try handle.next(into: &batch) {
                case .frame: break
                case .none, .end: break reading
                }
            } catch {
                let damage = CaptureError(.badFile, "the capture file \(name) is damaged: \(error.text)")
                self.damage = damage
                guard !batch.isEmpty else { throw damage }
                break reading
            }
        }
        return CaptureBatch(frames: batch.frames)
    }
}
