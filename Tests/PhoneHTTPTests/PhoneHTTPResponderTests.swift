// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import NetTypes
import ProvModel
import Provisioning
import Testing

@testable import PhoneHTTP

/// What phones get over HTTP.
@Suite struct PhoneHTTPResponderTests {
    @Test func aStoredFileIsSentWithItsState() async throws {
        let server = try await PhoneServer()
        let whole = try await server.send(.get, "/one.rom")
        #expect(whole.status == 200)
        #expect(whole.bytes == PhoneServer.firmware)
        #expect(whole.headers[.acceptRanges] == "bytes")
        let tag = try #require(whole.headers[.eTag])
        let date = try #require(whole.headers[.lastModified])
        #expect(HTTPDate(date) != nil)

        let head = try await server.send(.head, "/one.rom")
        #expect(head.status == 200)
        #expect(head.bytes.isEmpty)
        #expect(head.headers[.contentLength] == "300000")
        #expect(head.headers[.eTag] == tag)

        #expect(try await server.send(.get, "/one.rom", [.ifNoneMatch: tag]).status == 304)
        #expect(try await server.send(.get, "/one.rom", [.ifModifiedSince: date]).status == 304)
        #expect(try await server.send(.get, "/one.rom", [.ifMatch: "\"other\""]).status == 412)
    }

    @Test func aDownloadIsContinued() async throws {
        let server = try await PhoneServer()
        let tag = try #require(try await server.send(.head, "/one.rom").headers[.eTag])
        let rest = try await server.send(.get, "/one.rom", [.range: "bytes=270000-", .ifRange: tag])
        #expect(rest.status == 206)
        #expect(rest.headers[.contentRange] == "bytes 270000-299999/300000")
        #expect(rest.length == 30_000)
        #expect(rest.bytes == Array(PhoneServer.firmware[270_000...]))

        let changed = try await server.send(.get, "/one.rom", [.range: "bytes=270000-", .ifRange: "\"other\""])
        #expect(changed.status == 200)
        #expect(changed.bytes == PhoneServer.firmware)

        let beyond = try await server.send(.get, "/one.rom", [.range: "bytes=300000-"])
        #expect(beyond.status == 416)
        #expect(beyond.headers[.contentRange] == "bytes */300000")
    }

    @Test func anEmptyFileIsSent() async throws {
        let answer = try await PhoneServer().send(.get, "/empty.rom")
        #expect(answer.status == 200)
        #expect(answer.bytes.isEmpty)
    }

    @Test func aRenderedFileHasATagAndRanges() async throws {
        let server = try await PhoneServer()
        let path = "/\(PhoneServer.mac).cfg"
        let whole = try await server.send(.get, path)
        #expect(whole.status == 200)
        #expect(whole.headers[.lastModified] == nil)
        #expect(whole.headers[.cacheControl] == "no-store")
        let tag = try #require(whole.headers[.eTag])
        #expect(try await server.send(.get, path, [.ifNoneMatch: tag]).status == 304)
        let part = try await server.send(.get, path, [.range: "bytes=2-5"])
        #expect(part.status == 206)
        #expect(part.bytes == Array(whole.bytes[2...5]))
        let head = try await server.send(.head, path)
        #expect(head.headers[.contentLength] == "\(whole.bytes.count)")
        #expect(head.bytes.isEmpty)
    }

    @Test func whatDoesNotExistIsNotFound() async throws {
        let server = try await PhoneServer()
        #expect(try await server.send(.get, "/two.rom").status == 404)
        let head = try await server.send(.head, "/two.rom")
        #expect(head.status == 404)
        #expect(head.bytes.isEmpty)
    }
}

/// What phones send over HTTP.
@Suite struct PhoneUploadTests {
    private let path = "/\(PhoneServer.mac)-app.log"

    @Test func aLogIsKeptWithItsFormerCopies() async throws {
        let server = try await PhoneServer()
        for number in 0..<5 { #expect(try await server.send(.put, path, body: Array("log \(number)".utf8)).status == 204) }
        let device = try await server.device()
        let name = "\(PhoneServer.mac)-app.log"
        #expect(server.uploads.entries(of: device.id).map(\.name) == [name, name + "~1", name + "~2"])
        #expect(server.uploads.bytes(ofFile: name, of: device.id) == Array("log 4".utf8))
        #expect(server.uploads.bytes(ofFile: name + "~2", of: device.id) == Array("log 2".utf8))
        #expect(try await server.timeline().contains { $0.contains("sent \(path), 5 bytes") })
    }

    @Test func whatIsTooLongIsRefused() async throws {
        let server = try await PhoneServer()
        let long = [UInt8](repeating: 65, count: 1001)
        #expect(try await server.send(.put, path, body: long).status == 413)
        #expect(try await server.send(.put, path, [.contentLength: "1001"], body: []).status == 413)
        #expect(try await server.send(.put, path, body: Array(long.dropLast())).status == 204)
        #expect(server.uploads.entries(of: try await server.device().id).map(\.byteCount) == [1000])
    }

    @Test func everythingElseIsNotAllowed() async throws {
        let server = try await PhoneServer()
        let post = try await server.send(.post, path, body: [1])
        #expect(post.status == 405)
        #expect(post.headers[.allow] == "GET, HEAD, PUT")
        let elsewhere = try await server.send(.put, "/one.rom", body: [1])
        #expect(elsewhere.status == 405)
        #expect(elsewhere.headers[.allow] == "GET, HEAD")
        let another = try await server.send(.put, "/02aabbccdd00-app.log", body: [1])
        #expect(another.status == 405)
        for method in [HTTPRequest.Method.delete, .options, .patch, .trace] {
            let answer = try await server.send(method, path)
            #expect(answer.status == 405)
            #expect(answer.headers[.allow] == "GET, HEAD")
        }
    }

    @Test func someFilesAreFetchedByPost() async throws {
        let server = try await PhoneServer()
        let path = "/\(PhoneServer.mac).properties"
        let posted = try await server.send(.post, path, body: Array("uuid=1".utf8))
        #expect(posted.status == 200)
        #expect(posted.bytes == (try await server.send(.get, path)).bytes)
        #expect(String(decoding: posted.bytes, as: UTF8.self).hasPrefix("# "))
        #expect(try await server.send(.put, path, body: [1]).status == 405)
        #expect(try await server.send(.post, "/\(PhoneServer.mac).cfg", body: [1]).status == 405)
        #expect(try await server.send(.post, "/one.rom", body: [1]).status == 405)
    }

    @Test func nobodySendsForAPhoneFromElsewhere() async throws {
        let server = try await PhoneServer()
        #expect(try await server.send(.put, path, body: [1]).status == 204)
        let device = try await server.device()
        let mac = try #require(device.mac)
        let registry = DeviceRegistry(server.appliance, tenant: try #require(device.tenant))
        try await registry.bind(mac, to: try #require(IPAddress("192.0.2.77")), source: .dhcp)
        #expect(try await server.send(.put, path, body: [2]).status == 204)
        #expect(try await server.send(.put, path, body: [3], from: "192.0.2.78").status == 403)
        #expect(server.uploads.bytes(ofFile: "\(PhoneServer.mac)-app.log", of: device.id) == [2])
    }
}
