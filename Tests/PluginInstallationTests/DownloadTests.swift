// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import JSONText
import NIOCore
import Provisioning
import Testing

@testable import PluginInstallation
@testable import PluginPackages

@Suite("Downloads")
struct DownloadTests {
    private let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }

    private func withServer(_ body: (FileServer, PartialFile) async throws -> Void) async throws {
        let server = try await FileServer()
        let directory = FileManager.default.temporaryDirectory.appending(path: "provd-downloads-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        do {
            try await body(server, PartialFile(directory: directory, name: "file"))
            await server.stop()
        } catch {
            await server.stop()
            throw error
        }
    }

    private func download(_ server: FileServer, _ partial: PartialFile, settings: DownloadSettings = .patient) async throws {
        let sum = BoundedFile.sha256(of: bytes)
        try await Downloader(settings).download(
            server.url + "/file", into: partial, size: bytes.count, isRight: { $0.sha256 == sum }, progress: { _ in })
    }

    @Test("A download that breaks off is taken up where it stopped")
    func resumed() async throws {
        try await withServer { server, partial in
            server.set("/file", .breaksOff(bytes, after: 100_000, tag: "\"v1\""))
            try await download(server, partial)
            #expect(FileManager.default.contents(atPath: partial.path) == Data(bytes))
            #expect(server.asked.count >= 2)
            #expect(server.asked.last?.condition == "\"v1\"" && server.asked.last?.range?.hasPrefix("bytes=") == true)
        }
    }

    @Test("A file that was replaced in the meantime is fetched anew")
    func replaced() async throws {
        try await withServer { server, partial in
            try await partial.begin(tag: "\"old\"")
            try await partial.append([UInt8](repeating: 9, count: 1_000))
            server.set("/file", .file(bytes, tag: "\"new\""))
            try await download(server, partial)
            #expect(FileManager.default.contents(atPath: partial.path) == Data(bytes))
            // Without tags the sum finds it out.
            try await partial.begin(tag: nil)
            try await partial.append([UInt8](repeating: 9, count: 1_000))
            try await download(server, partial)
            #expect(FileManager.default.contents(atPath: partial.path) == Data(bytes))
        }
    }

    @Test("A server that stops sending is given up, and what came stays")
    func hanging() async throws {
        try await withServer { server, partial in
            server.set("/file", .hangs(bytes, after: 50_000))
            var settings = DownloadSettings.patient
            settings.idleTimeout = .milliseconds(200)
            settings.attempts = 1
            let error = await #expect(throws: PackageError.self) { try await download(server, partial, settings: settings) }
            #expect(error?.code == .unreachable && error?.reason.contains("stopped sending") == true)
            // On a slow machine it may be given up before all came that the server sent.
            let received = try await partial.length()
            #expect(received <= 50_000)
            // It goes on there.
            server.set("/file", .file(bytes))
            try await download(server, partial)
            #expect(server.asked.last?.range == (received > 0 ? "bytes=\(received)-" : nil))
        }
    }

    @Test("Another file, a longer one and none are refused, with what to do")
    func wrong() async throws {
        try await withServer { server, partial in
            for (answer, code) in [
                (FileServer.Answer.file([UInt8](repeating: 1, count: bytes.count)), PackageError.Code.mismatch), (.file(bytes + [1]), .mismatch),
                (.file(Array(bytes.dropLast())), .unreachable), (.status(404), .notFound), (.status(410), .notFound), (.status(503), .unreachable),
            ] {
                server.set("/file", answer)
                let error = await #expect(throws: PackageError.self) { try await download(server, partial) }
                #expect(error?.code == code && error?.remedy.isEmpty == false)
            }
        }
    }

    @Test("A small file is read up to its limit")
    func limit() async throws {
        try await withServer { (server, _) async throws -> Void in
            server.set("/index.json", .file(bytes))
            let downloader = Downloader(.patient)
            #expect(try await downloader.fetch(server.url + "/index.json", limit: bytes.count) == bytes)
            #expect(try await downloader.fetch(server.url + "/none", limit: 10) == nil)
            let error = await #expect(throws: PackageError.self) { try await downloader.fetch(server.url + "/index.json", limit: 1_000) }
            #expect(error?.code == .malformed)
        }
    }

    @Test("A proxy is asked for the way to what lies behind it, and is named if it refuses")
    func proxy() async throws {
        try await withServer { server, _ in
            var settings = DownloadSettings.patient
            settings.httpProxy = server.url
            let error = await #expect(throws: PackageError.self) { try await Downloader(settings).fetch("http://repository.invalid/index.json", limit: 10) }
            #expect(error?.reason.contains("the proxy refuses") == true, "\(error.map(\.description) ?? "")")
            #expect(Set(server.asked.map(\.path)) == ["repository.invalid:80"])
            settings.httpProxy = "nonsense://"
            await #expect(throws: PackageError.self) { try await Downloader(settings).fetch("http://repository.invalid/", limit: 10) }
        }
    }

    @Test("A server with which no secure connection can be made is named, with what to do")
    func noSecureConnection() async throws {
        try await withServer { server, _ in
            // It speaks no TLS; a certificate that is not trusted ends in the same way.
            let error = await #expect(throws: PackageError.self) {
                try await Downloader(.patient).fetch(server.url.replacing("http:", with: "https:") + "/x", limit: 10)
            }
            #expect(error?.code == .unreachable && error?.reason.contains("no secure connection") == true, "\(error.map(\.description) ?? "")")
            #expect(error?.remedy.contains("ca-certificates") == true)
        }
    }

    @Test("Nobody there, and no address, are said so", arguments: ["http://127.0.0.1:1/x", "ftp://example.org/x", "nonsense"])
    func nobody(url: String) async throws {
        await #expect(throws: PackageError.self) { try await Downloader(.patient).fetch(url, limit: 10) }
    }

    @Test("A repository over HTTP is updated and installed from; one that hangs is given up, and the serving plugin stays")
    func repository() async throws {
        let site = try await Site()
        let server = try await FileServer()
        for version in ["1.0.0", "1.1.0"] { try site.offer(version) }
        try site.publish()
        try site.serve(server)
        try await site.addRepository(server.url + "/")
        try await site.running {
            #expect(try await site.update().state == .success)
            #expect(try await site.install(version: "1.0.0").state == .success)
            let package = try BoundedFile.read(site.path + "/repo/acme-2-1.1.0.tar.gz", limit: 1 << 20)
            server.set("/acme-2-1.1.0.tar.gz", .hangs(package, after: 100))
            await site.installer.setIdleTimeout(.milliseconds(200))
            let hung = try await site.upgrade()
            #expect(hung.state == .fail && hung.reason?.contains("stopped sending") == true && site.version() == "1.0.0")
            server.set("/acme-2-1.1.0.tar.gz", .breaksOff(package, after: 200))
            await site.installer.setIdleTimeout(.seconds(60))
            #expect(try await site.upgrade().state == .success && site.version() == "1.1.0")
            server.set("/index.json", .hangs([1, 2, 3], after: 1))
            await site.installer.setIdleTimeout(.milliseconds(200))
            #expect(try await site.update().state == .fail)
        }
        await server.stop()
    }

    @Test("A running installation can be stopped, and changes nothing")
    func stopped() async throws {
        let site = try await Site()
        let server = try await FileServer()
        try site.offer("1.0.0")
        try site.publish()
        try site.serve(server)
        try await site.addRepository(server.url)
        try await site.running {
            #expect(try await site.update().state == .success)
            server.set("/acme-2-1.0.0.tar.gz", .hangs(try BoundedFile.read(site.path + "/repo/acme-2-1.0.0.tar.gz", limit: 1 << 20), after: 10))
            let operation = try await site.installer.begin(.install, "acme-2")
            // Nobody may change it at the same time.
            await #expect(throws: PackageError.self) { try await site.installer.begin(.install, "acme-2") }
            while server.asked.last?.path != "/acme-2-1.0.0.tar.gz" { try await Task.sleep(for: .milliseconds(5)) }
            #expect(await site.operations.stop(operation.id))
            #expect(try await site.ended(operation).state == .cancelled && site.version() == nil)
            try site.serve(server)
            #expect(try await site.install().state == .success)
        }
        await server.stop()
    }
}

extension PluginInstaller {
    fileprivate func setIdleTimeout(_ timeout: TimeAmount) { downloadSettings.idleTimeout = timeout }
}
