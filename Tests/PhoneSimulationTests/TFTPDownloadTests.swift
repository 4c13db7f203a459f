// SPDX-License-Identifier: GPL-3.0-or-later

import PhoneSimulation
import TFTP
import Testing

@Suite("Fetching by TFTP")
struct TFTPDownloadTests {
    private let whole = (0..<3_000).map { UInt8(truncatingIfNeeded: $0) }

    /// Plays a server without losses.
    private func fetch(blockSize: Int?) -> FetchAnswer? {
        var download = TFTPDownload(path: "/a.cfg")
        var action =
            blockSize.map { download.received(.optionAcknowledgment([TFTPOption(name: "blksize", value: String($0))])) } ?? .send(download.request)
        let size = blockSize ?? 512
        for block in 1...(whole.count / size + 1) {
            guard case .send = action else { return nil }
            let payload = Array(whole.dropFirst((block - 1) * size).prefix(size))
            action = download.received(.data(block: UInt16(block), payload: payload))
        }
        guard case .finish(_, let answer) = action else { return nil }
        return answer
    }

    @Test("A file comes whole with the agreed block size, and with that of RFC 1350 from servers that know no options")
    func complete() {
        #expect(fetch(blockSize: 1_428) == .file(whole))
        #expect(fetch(blockSize: 1_000) == .file(whole))
        #expect(fetch(blockSize: nil) == .file(whole))
    }

    @Test("A repeated block is acknowledged again and not taken twice; a block out of turn is ignored")
    func repeated() {
        var download = TFTPDownload(path: "a")
        let first = download.received(.data(block: 1, payload: Array(whole.prefix(512))))
        #expect(download.received(.data(block: 1, payload: Array(whole.prefix(512)))) == first)
        #expect(download.received(.data(block: 3, payload: [1])) == .ignore)
        guard case .finish(_, .file(let content)) = download.received(.data(block: 2, payload: [1, 2])) else {
            Issue.record("the last block does not end the transfer")
            return
        }
        #expect(content == whole.prefix(512) + [1, 2])
    }

    @Test("What is not there, and what was not agreed, ends the transfer; silence does after many tries")
    func failures() {
        var missing = TFTPDownload(path: "a")
        #expect(missing.received(.error(code: .fileNotFound, message: "no")) == .end(.refused("TFTP error 1", isMissing: true)))
        var greedy = TFTPDownload(path: "a")
        #expect(greedy.received(.data(block: 1, payload: [UInt8](repeating: 0, count: 600))) == .end(.refused("TFTP: more data than agreed", isMissing: false)))
        var larger = TFTPDownload(path: "a")
        guard case .end = larger.received(.optionAcknowledgment([TFTPOption(name: "blksize", value: "60000")])) else {
            Issue.record("a larger block size was taken")
            return
        }
        var silent = TFTPDownload(path: "a")
        var tries = 0
        while silent.silence() != nil { tries += 1 }
        #expect((5...100).contains(tries))
    }
}
