// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc
import Logging
import NIOCore
import PhoneTFTP
import ServiceLifecycle

/// Serves the files of one directory: what the benchmark measures, without provisioning behind it.
///
///     tftp-serve PORT DIRECTORY [--memory NAME]... [--single-port] [--loops COUNT]
///
/// Files are read while they are sent, but those named by `--memory` are read once at the start.
@main
struct TFTPServe {
    static func main() async throws {
        var arguments = CommandLine.arguments.dropFirst()
        guard let port = arguments.popFirst().flatMap({ Int($0) }), let directory = arguments.popFirst() else {
            print("usage: tftp-serve PORT DIRECTORY [--memory NAME]... [--single-port] [--loops COUNT]")
            exit(2)
        }
        var source = DirectorySource(directory: directory)
        var configuration = TFTPServerConfiguration(addresses: [try SocketAddress(ipAddress: "127.0.0.1", port: port)])
        while let option = arguments.popFirst() {
            switch option {
            case "--single-port":
                configuration.portMode = .single
            case "--memory":
                if let name = arguments.popFirst() { try source.load(name) }
            case "--loops":
                configuration.eventLoopsPerAddress = arguments.popFirst().flatMap { Int($0) } ?? 1
            default:
                print("unknown option \(option)")
                exit(2)
            }
        }
        var logger = Logger(label: "tftp-serve")
        logger.logLevel = .notice
        let server = TFTPServer(configuration: configuration, source: source, logger: logger)
        let group = ServiceGroup(services: [server], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        try await group.run()
    }
}

/// The files of a directory, some of them in memory.
struct DirectorySource: TFTPFileSource {
    let directory: String
    private var loaded: [String: ByteBuffer] = [:]

    init(directory: String) {
        self.directory = directory
    }

    mutating func load(_ name: String) throws {
        guard let file = fopen("\(directory)/\(name)", "rb") else { throw IOError(errnoCode: errno, reason: "fopen \(name)") }
        defer { fclose(file) }
        var bytes = ByteBuffer()
        var piece = [UInt8](repeating: 0, count: 65536)
        while case let count = fread(&piece, 1, piece.count, file), count > 0 { bytes.writeBytes(piece[..<count]) }
        loaded[name] = bytes
    }

    func answer(_ request: TFTPReadRequest) async -> TFTPAnswer {
        if let bytes = loaded[request.path] { return .bytes(bytes) }
        return .file(path: "\(directory)/\(request.path)")
    }
}
