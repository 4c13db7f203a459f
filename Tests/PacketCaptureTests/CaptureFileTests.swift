// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import PacketCapture
import Testing

@Suite("Capture files")
struct CaptureFileTests {
    private func word(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> UInt32(8 * $0)) } }

    /// A pcap file; each frame came one second after the last.
    private func pcap(_ frames: [[UInt8]], linkType: UInt32 = 1) -> [UInt8] {
        var bytes = word(0xA1B2_C3D4) + [2, 0, 4, 0] + word(0) + word(0) + word(65_535) + word(linkType)
        for (index, frame) in frames.enumerated() {
            bytes += word(1000 + UInt32(index)) + word(500_000) + word(UInt32(frame.count)) + word(UInt32(frame.count)) + frame
        }
        return bytes
    }

    /// A pcapng file with one interface, times in microseconds.
    private func pcapng(_ frames: [[UInt8]]) -> [UInt8] {
        func block(_ type: UInt32, _ body: [UInt8]) -> [UInt8] {
            let length = word(UInt32(12 + body.count))
            return word(type) + length + body + length
        }
        var bytes = block(0x0A0D_0D0A, word(0x1A2B_3C4D) + [1, 0, 0, 0] + [UInt8](repeating: 0xFF, count: 8))
        bytes += block(1, [1, 0, 0, 0] + word(65_535))
        for frame in frames {
            let padding = [UInt8](repeating: 0, count: (4 - frame.count % 4) % 4)
            let size = word(UInt32(frame.count))
            bytes += block(6, word(0) + word(0) + word(1_500_000) + size + size + frame + padding)
        }
        return bytes
    }

    private func withFile(_ bytes: [UInt8], _ body: (String) async throws -> Void) async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "capture-\(UUID().uuidString)")
        try Data(bytes).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        try await body(file.path())
    }

    private func frames(of source: some PacketSource) async throws -> [CapturedFrame] {
        var frames: [CapturedFrame] = []
        while true {
            let batch = try await source.nextBatch()
            guard !batch.frames.isEmpty else { return frames }
            frames += batch.frames
        }
    }

    @Test("A pcap file gives its frames with their times, over many batches")
    func pcapFile() async throws {
        let content = (0..<2000).map { index in [UInt8](repeating: UInt8(truncatingIfNeeded: index), count: 60 + index % 100) }
        try await withFile(pcap(content)) { path in
            let file = try CaptureFile(path: path)
            #expect(file.linkType == 1)
            #expect(file.name == path)
            let read = try await frames(of: file)
            #expect(read.map { Array($0.bytes) } == content)
            #expect(read.first?.time == 1000.5)
            #expect(read.first?.originalLength == 60)
        }
    }

    @Test("A pcapng file")
    func pcapngFile() async throws {
        try await withFile(pcapng([[1, 2, 3], [4, 5, 6, 7]])) { path in
            let read = try await frames(of: CaptureFile(path: path))
            #expect(read.map { Array($0.bytes) } == [[1, 2, 3], [4, 5, 6, 7]])
            #expect(read.first?.time == 1.5)
        }
    }

    @Test("Frames before the damage are given before the error")
    func damagedFile() async throws {
        let bytes = pcap([[1, 2, 3, 4], [5, 6, 7, 8]])
        try await withFile(Array(bytes.dropLast(2))) { path in
            let file = try CaptureFile(path: path)
            #expect(try await file.nextBatch().frames.map { Array($0.bytes) } == [[1, 2, 3, 4]])
            let error = await #expect(throws: CaptureError.self) { try await file.nextBatch() }
            #expect(error?.code == .badFile)
        }
    }

    @Test("Every prefix of a file, and arbitrary octets in it, end in frames or an error")
    func arbitraryFiles() async throws {
        let bytes = pcapng([[1, 2, 3], [4, 5, 6, 7]])
        var number: UInt64 = 6
        for count in 0...bytes.count {
            var changed = Array(bytes.prefix(count))
            // A linear congruential sequence, the same in each run.
            number = number &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            if count > 0, count.isMultiple(of: 2) { changed[Int(number >> 33) % count] = UInt8(truncatingIfNeeded: number >> 56) }
            try await withFile(changed) { path in
                guard let file = try? CaptureFile(path: path) else { return }
                _ = try? await frames(of: file)
            }
        }
    }

    @Test("A file that is not there and a file that is no capture are told apart")
    func wrongFiles() async throws {
        let missing = #expect(throws: CaptureError.self) { try CaptureFile(path: "/nonexistent/file") }
        #expect(missing?.code == .unreadableFile)
        #expect(missing?.message.contains("/nonexistent/file") == true)
        try await withFile(Array("no capture at all, this is text".utf8)) { path in
            let error = #expect(throws: CaptureError.self) { try CaptureFile(path: path) }
            #expect(error?.code == .badFile)
        }
    }

    @Test("A cancelled task reads no more")
    func cancellation() async throws {
        try await withFile(pcap([[1, 2, 3]])) { path in
            let file = try CaptureFile(path: path)
            await withTaskGroup(of: Void.self) { group in
                group.cancelAll()
                group.addTask { await #expect(throws: CancellationError.self) { try await file.nextBatch() } }
            }
        }
    }
}
