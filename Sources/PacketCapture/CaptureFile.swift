// SPDX-License-Identifier: GPL-3.0-or-later

/// The frames of a capture file in pcap or pcapng format.
public actor CaptureFile: PacketSource {
    /// Frames in a batch: enough that a frame costs no switch between threads.
    static let batchLimit = 512

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
        var frames: [CapturedFrame] = []
        frames.reserveCapacity(Self.batchLimit)
        reading: while frames.count < Self.batchLimit {
            do {
                switch try handle.next() {
                case .frame(let frame): frames.append(frame)
                case .none, .end: break reading
                }
            } catch {
                let damage = CaptureError(.badFile, "the capture file \(name) is damaged: \(error.text)")
                self.damage = damage
                guard !frames.isEmpty else { throw damage }
                break reading
            }
        }
        return CaptureBatch(frames: frames)
    }
}
