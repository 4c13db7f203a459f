// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import NIOCore
import PhoneTFTP
import TFTP
import Testing

/// The TFTP clients of Debian against the server. Those that are not installed are skipped and named.
@Suite(.timeLimit(.minutes(10))) struct RealClientTests {
    /// A client with the arguments that fetch a file.
    struct Client: Sendable, CustomTestStringConvertible {
        let program: String
        let description: String
        let arguments: @Sendable (_ port: String, _ name: String, _ output: String) -> [String]

        var testDescription: String { description }

        var path: String? {
            ["/usr/bin/", "/bin/", "/usr/local/bin/"].map { $0 + program }.first { FileManager.default.isExecutableFile(atPath: $0) }
        }
    }

    static let clients = [
        Client(program: "curl", description: "curl") { ["-s", "-o", $2, "tftp://127.0.0.1:\($0)/\($1)"] },
        Client(program: "curl", description: "curl, blksize 1428") {
            ["-s", "--tftp-blksize", "1428", "-o", $2, "tftp://127.0.0.1:\($0)/\($1)"]
        },
        Client(program: "curl", description: "curl without options") {
            ["-s", "--tftp-no-options", "-o", $2, "tftp://127.0.0.1:\($0)/\($1)"]
        },
        Client(program: "atftp", description: "atftp") { ["-g", "-r", $1, "-l", $2, "127.0.0.1", $0] },
        Client(program: "atftp", description: "atftp with all options") {
            [
                "--option", "blksize 1428", "--option", "windowsize 8", "--option", "tsize 0", "--option", "timeout 2", "-g", "-r", $1, "-l",
                $2, "127.0.0.1", $0,
            ]
        },
        Client(program: "busybox", description: "busybox") { ["tftp", "-g", "-r", $1, "-l", $2, "127.0.0.1", $0] },
        Client(program: "busybox", description: "busybox, blksize 1400") {
            ["tftp", "-b", "1400", "-g", "-r", $1, "-l", $2, "127.0.0.1", $0]
        },
        Client(program: "tftp", description: "tftp-hpa") { ["-m", "binary", "127.0.0.1", $0, "-c", "get", $1, $2] },
    ]

    @Test(arguments: clients) func theFileArrives(client: Client) async throws {
        guard let path = client.path else {
            print("Skipped: \(client.program) is not installed.")
            return
        }
        let directory = FileManager.default.temporaryDirectory.appending(path: "tftp-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        // Sizes around multiples of all block sizes in use, and one that needs many windows and read-aheads.
        let sizes = [1, 511, 512, 1024, 1400, 1428 * 3, 700_001]
        var answers: [String: TFTPAnswer] = [:]
        for size in sizes {
            answers["memory\(size)"] = .bytes(ByteBuffer(bytes: sampleBytes(size)))
            let file = directory.appending(path: "source\(size)")
            try Data(sampleBytes(size)).write(to: file)
            answers["disk\(size)"] = .file(path: file.path())
        }
        let source = TestSource(answers)
        try await withServer(source) { address, _ in
            let port = try #require(address.port)
            for (name, size) in sizes.flatMap({ [("memory\($0)", $0), ("disk\($0)", $0)] }) {
                let output = directory.appending(path: "got-\(name)")
                try await run(path, client.arguments(String(port), name, output.path()))
                #expect(try Array(Data(contentsOf: output)) == sampleBytes(size), "\(name)")
                // A client that asks twice, because the answer came late, has given up one of its transfers.
                while await source.outcome()?.isDelivered == false {}
            }
        }
    }

    private func run(_ path: String, _ arguments: [String]) async throws {
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in continuation.resume() }
            do {
                try process.run()
            } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
    }
}
