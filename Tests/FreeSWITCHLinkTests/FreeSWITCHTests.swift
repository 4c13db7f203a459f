// SPDX-License-Identifier: GPL-3.0-or-later

import DeviceStorage
import Foundation
import FreeSWITCHLink
import HTTPTypes
import Hummingbird
import JSONText
import Logging
import NIOCore
import NIOEmbedded
import PhonePlugins
import ProvModel
import Provisioning
import Synchronization
import Testing

/// A server of which one path is FreeSWITCH's, and what mod_xml_curl asks there.
private struct XMLCurl {
    static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    static let password = "a-password-of-its-own"

    let responder: FreeSWITCHResponder<CallbackResponder<BasicRequestContext>>

    init() async throws {
        let store = try SQLiteStore.inMemory()
        let appliance = Appliance(
            store: store, plugins: PluginShelf(PluginCatalog(plugins: [])),
            settings: ProvisioningSettings(advertisedHost: "10.77.0.1", httpPort: 8667, tftpPort: 69, sipPort: 5060), logger: Self.silent,
            securityLog: Self.silent, now: { 1_000_000 })
        let tenant = try await FirstStart.prepare(store, now: 1_000_000)
        let book = LineBook(appliance, scope: TenantScope(tenant))
        _ = try await book.add(.init(number: "101", displayName: "Alice <\"Martin\"> & Co", password: "secret-101"))
        _ = try await book.add(.init(number: "102", displayName: "Bob", username: "bob", password: "secret-102"))
        try await store.transaction { transaction in
            let device = Device(id: DeviceID(stored: "phone-1"), document: ["tenant_uuid": .string(tenant.description)])
            try transaction.save(device)
            try transaction.save(AutoprovAccount(username: "ap23467bcd", password: "secret-ap", device: device.id))
        }
        let site = PBXSite(
            appliance,
            .init(host: "pbx.example", provd: SIPServer(host: "10.77.0.1"), fastAGI: "10.77.0.1:4573", onboarding: OnboardingSettings()))
        responder = FreeSWITCHResponder(
            before: CallbackResponder { _, _ in Response(status: .gone) },
            answers: FreeSWITCHAnswers(site, provd: "10.77.0.1:5060", profile: "internal"), username: "freeswitch", password: Self.password,
            logger: Self.silent)
    }

    /// A request as mod_xml_curl's documentation has it, with a number and an account put in.
    static func form(_ name: String, number: String = "", account: String = "") throws -> String {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/\(name).form")
        return try String(contentsOf: file, encoding: .utf8).trimmingCharacters(in: .newlines).replacing("NUMBER", with: number)
            .replacing("ACCOUNT", with: account)
    }

    func post(
        _ form: String, path: String = "/pbx/freeswitch", method: HTTPRequest.Method = .post, password: String? = Self.password
    ) async throws -> (status: HTTPResponse.Status, text: String) {
        var head = HTTPRequest(method: method, scheme: "http", authority: "x", path: path)
        head.headerFields[.contentType] = "application/x-www-form-urlencoded"
        head.headerFields[.authorization] = password.map { "Basic \(Data("freeswitch:\($0)".utf8).base64EncodedString())" }
        let channel = EmbeddedChannel()
        let response = try await responder.respond(
            to: Request(head: head, body: .init(buffer: ByteBuffer(string: form))),
            context: BasicRequestContext(source: ApplicationRequestContextSource(channel: channel, logger: Self.silent)))
        let writer = BodyCollector()
        try await response.body.write(writer)
        return (response.status, writer.text)
    }

    /// What libxml2 finds in an answer by an XPath; the answer must be well-formed.
    static func xpath(_ path: String, in text: String) throws -> String {
        let process = Process(), input = Pipe(), output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/xmllint")
        process.arguments = ["--nonet", "--xpath", "string(\(path))", "-"]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
        try input.fileHandleForWriting.close()
        let result = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(text)")
        return result.trimmingCharacters(in: .newlines)
    }
}

/// Collects a response's body.
private final class BodyCollector: ResponseBodyWriter, Sendable {
    private let collected = Mutex("")

    var text: String { collected.withLock { $0 } }

    func write(_ buffer: ByteBuffer) async throws { collected.withLock { $0 += String(buffer: buffer) } }

    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}

private let hasXMLLint = FileManager.default.isExecutableFile(atPath: "/usr/bin/xmllint")

@Suite("What FreeSWITCH asks", .enabled(if: hasXMLLint, "xmllint is not installed: run scripts/setup checks"))
struct FreeSWITCHTests {
    @Test("A phone that registers is a user with the digest of its password")
    func directory() async throws {
        let answer = try await XMLCurl().post(try XMLCurl.form("directory"))
        #expect(answer.status == .ok)
        let user = "/document[@type='freeswitch/xml']/section[@name='directory']/domain[@name='pbx.example']//user"
        #expect(try XMLCurl.xpath("\(user)/@id", in: answer.text) == "101")
        // MD5 of 101:pbx.example:secret-101, by md5sum.
        #expect(try XMLCurl.xpath("\(user)/params/param[@name='a1-hash']/@value", in: answer.text) == "1452f4ded9118570892ef830f40bce16")
        #expect(try XMLCurl.xpath("\(user)/variables/variable[@name='user_context']/@value", in: answer.text) == "provd")
        #expect(try XMLCurl.xpath("\(user)/variables/variable[@name='provd_account']/@value", in: answer.text) == "101")
        #expect(
            try XMLCurl.xpath("\(user)/variables/variable[@name='effective_caller_id_name']/@value", in: answer.text)
                == "Alice <\"Martin\"> & Co")
        #expect(!answer.text.contains("secret-101"))
    }

    @Test("A phone without a line is a user too")
    func autoprov() async throws {
        let answer = try await XMLCurl().post(try XMLCurl.form("directory").replacing("&user=101", with: "&user=ap23467bcd"))
        #expect(try XMLCurl.xpath("//user/@id", in: answer.text) == "ap23467bcd")
    }

    @Test("A user who is called is answered with the way to its contacts, whatever FreeSWITCH wants to know of it", arguments: ["101", "bob", "ap23467bcd"])
    func called(account: String) async throws {
        let server = try await XMLCurl(), form = try XMLCurl.form("user-call", account: account)
        let dialString = "//domain[@name='pbx.example']/params/param[@name='dial-string']/@value"
        // Besides calls (mod_dptools), the same is asked for voice mail, presence, and groups.
        for action in ["user_call", "message-count", "presence", "group_call"] {
            let answer = try await server.post(form.replacing("action=user_call", with: "action=\(action)"))
            #expect(try XMLCurl.xpath(dialString, in: answer.text).contains("${sofia_contact(*/${dialed_user}@${dialed_domain})}"))
            #expect(try XMLCurl.xpath("//user/@id", in: answer.text) == account)
        }
    }

    @Test("A code of a phone without a line is called at provd in its account's name, whatever the number")
    func code() async throws {
        let answer = try await XMLCurl().post(try XMLCurl.form("dialplan", number: "123456", account: "ap23467bcd"))
        let extensions = "/document/section[@name='dialplan']/context[@name='provd']/extension/condition/action"
        #expect(
            try XMLCurl.xpath("\(extensions)[@application='bridge']/@data", in: answer.text)
                == "sofia/internal/123456@10.77.0.1:5060;transport=tcp")
        let settings = "\(extensions)[@application='set' and starts-with(@data, 'effective')]/@data"
        #expect(try XMLCurl.xpath(settings, in: answer.text) == "effective_caller_id_number=ap23467bcd")
    }

    @Test("A line's number rings its user; what is dialled to provd goes there; others are left to FreeSWITCH")
    func lines() async throws {
        let server = try await XMLCurl()
        let bridge = "//action[@application='bridge']/@data"
        let call = try await server.post(try XMLCurl.form("dialplan", number: "102", account: "101"))
        #expect(try XMLCurl.xpath(bridge, in: call.text) == "user/bob@${domain_name}")
        let feature = try await server.post(try XMLCurl.form("dialplan", number: "*11", account: "101"))
        #expect(try XMLCurl.xpath(bridge, in: feature.text).hasPrefix("sofia/internal/*11@"))
        let outside = try await server.post(try XMLCurl.form("dialplan", number: "0033123456789", account: "101"))
        #expect(try XMLCurl.xpath("//result/@status", in: outside.text) == "not found")
    }

    @Test(
        "What is not provd's, or names nobody, is not found",
        arguments: [
            "section=configuration&key_value=sofia.conf", "section=directory&purpose=gateways&domain=pbx.example", "section=directory&user=nobody&domain=x", "",
            "section=dialplan&Hunt-Context=public&Hunt-Destination-Number=102&variable_provd_account=101",
            "section=dialplan&Hunt-Context=provd&Hunt-Destination-Number=102",
            "section=dialplan&Hunt-Context=provd&Hunt-Destination-Number=102%2Cuser%2Fx&variable_provd_account=101",
            "section=dialplan&Hunt-Context=provd&Hunt-Destination-Number=%7Bx%3Dy%7D1&variable_provd_account=ap23467bcd",
        ])
    func notFound(form: String) async throws {
        let answer = try await XMLCurl().post(form)
        #expect(answer.status == .ok)
        #expect(try XMLCurl.xpath("//result/@status", in: answer.text) == "not found")
    }

    @Test("A form that is none is refused", arguments: ["a=%", "a=%2", "a=%zz", String(repeating: "a&", count: 5_000)])
    func garbage(form: String) async throws {
        #expect(try await XMLCurl().post(form).status == .badRequest)
    }

    @Test("Who has not the password is refused, and other paths are not FreeSWITCH's")
    func access() async throws {
        let server = try await XMLCurl()
        let form = try XMLCurl.form("directory")
        for password in [nil, "", "wrong", XMLCurl.password + "x"] {
            #expect(try await server.post(form, password: password).status == .unauthorized)
        }
        #expect(try await server.post("", method: .get).status == .methodNotAllowed)
        #expect(try await server.post(form, path: "/pbx/freeswitch/x").status == .gone)
        #expect(try await server.post(form, path: "/1.0/lines").status == .gone)
    }
}
