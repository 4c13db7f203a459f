// SPDX-License-Identifier: GPL-3.0-or-later

import DeviceStorage
import JSONText
import NetTypes
import PhonePlugins
import ProvModel
import Synchronization
import Testing

@testable import Provisioning

@Suite("From a dialled code to a person's phone")
struct OnboardingTests {
    private let source = IPAddress.v4(IPv4Address(10, 77, 0, 11))

    @Test("After its code a phone's file has its owner's line, and its autoprov config is gone")
    func codeMakesItTheirs() async throws {
        let test = try await TestAppliance()
        _ = try await test.yealink()
        let autoprov = try #require(try await test.device().config)
        let line = try await test.lines.add(.init(number: "101", displayName: "Alice Martin", provisioningCode: "123456"))
        let outcome = await test.dialling.dial("123456", from: try await test.device().id, source: source)
        guard case .assigned(let assigned) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(assigned.id == line.id)
        let device = try await test.device()
        #expect(device.config?.description == device.id.description)
        #expect(try await test.store.config(autoprov) == nil)
        let text = try #require(try await test.yealink().text)
        #expect(text.contains("account.1.user_name = 101\n") && text.contains("account.1.display_name = Alice Martin\n"))
        #expect(text.contains("account.1.password = \(line.password)\n"))
        #expect(try await test.device().remoteStateSIPUsername == "101")
        #expect(try await test.timeline().contains("became the phone of Alice Martin, number 101"))
    }

    @Test("A wrong code is refused, and five lock the phone")
    func wrongCodes() async throws {
        let test = try await TestAppliance()
        _ = try await test.yealink()
        let id = try await test.device().id
        _ = try await test.lines.add(.init(number: "101", displayName: "Alice", provisioningCode: "123456"))
        for wait in [0.0, 0, 5, 30, 900] {
            #expect(await test.dialling.dial("000000", from: id, source: source) == .unknownCode)
            if wait < 900 { test.clock.advance(wait) }
        }
        #expect(await test.dialling.dial("123456", from: id, source: source) == .locked(seconds: 900))
        test.clock.advance(900)
        guard case .assigned = await test.dialling.dial("123456", from: id, source: source) else {
            Issue.record("the lock did not open")
            return
        }
    }

    @Test("A restart is no way round a lock, and a lock that was lifted does not come back")
    func restart() async throws {
        let test = try await TestAppliance()
        _ = try await test.yealink()
        let id = try await test.device().id
        for wait in [0.0, 0, 5, 30, 0] {
            #expect(await test.dialling.dial("000000", from: id, source: source) == .unknownCode)
            test.clock.advance(wait)
        }
        let restarted = try await test.restarted()
        #expect(await CodeDialling(restarted).dial("123456", from: id, source: source) == .locked(seconds: 900))
        #expect(try await CodeLocks(restarted, scope: TenantScope(test.tenant), seesAll: true).lift("device-\(id)"))
        #expect(await CodeDialling(try await test.restarted()).dial("000000", from: id, source: source) == .unknownCode)
    }

    @Test("Of two phones that dial one code at once one gets the line and the other is asked whether it shall move")
    func race() async throws {
        let test = try await TestAppliance()
        _ = try await test.yealink()
        _ = try await test.yealink("/0015650abbdd.cfg", from: "10.77.0.12", mac: "00:15:65:0a:bb:dd")
        _ = try await test.lines.add(.init(number: "101", displayName: "Alice", provisioningCode: "123456"))
        let devices = try await test.store.devices().map(\.id)
        let outcomes = await withTaskGroup(of: CodeOutcome.self) { group in
            for id in devices { group.addTask { await test.dialling.dial("123456", from: id, source: nil) } }
            var outcomes: [CodeOutcome] = []
            for await outcome in group { outcomes.append(outcome) }
            return outcomes
        }
        #expect(outcomes.count { if case .asksToMove = $0 { true } else { false } } == 1)
        #expect(try await test.store.lines().count { $0.device != nil } == 1)
    }

    @Test("A phone that has a line does not lose it to another code; dialling its own code again is no error")
    func secondCode() async throws {
        let test = try await TestAppliance()
        _ = try await test.yealink()
        let id = try await test.device().id
        _ = try await test.lines.add(.init(number: "101", displayName: "Alice", provisioningCode: "123456"))
        _ = try await test.lines.add(.init(number: "102", displayName: "Bob", provisioningCode: "654321"))
        _ = await test.dialling.dial("123456", from: id, source: source)
        #expect(await test.dialling.dial("654321", from: id, source: source) == .deviceHasLine)
        guard case .assigned = await test.dialling.dial("123456", from: id, source: source) else {
            Issue.record("its own code was refused")
            return
        }
    }

    @Test("When its line is removed a phone goes back to autoprov with a new account")
    func backToAutoprov() async throws {
        let test = try await TestAppliance()
        _ = try await test.yealink()
        let first = try await test.device().remoteStateSIPUsername
        let line = try await test.lines.add(.init(number: "101", displayName: "Alice", provisioningCode: "123456"))
        _ = await test.dialling.dial("123456", from: try await test.device().id, source: source)
        #expect(try await test.lines.remove(line.id))
        let text = try #require(try await test.yealink().text)
        let second = try #require(try await test.device().remoteStateSIPUsername)
        #expect(text.contains("account.1.user_name = \(second)\n") && second != first && second.hasPrefix("ap"))
        #expect(try await test.accounts.account(username: "101") == nil)
    }

    @Test(
        "A line that cannot be is refused, and says which member is wrong",
        arguments: [
            ("", "Alice", "123456", "number"), ("10a", "Alice", "123456", "number"), ("101", "", "123456", "display_name"),
            ("101", "A\nB", "123456", "display_name"), ("101", "Alice", "12", "provisioning_code"), ("101", "Alice", "12345a", "provisioning_code"),
            ("101", "Alice", "١٢٣٤٥٦", "provisioning_code"),
        ])
    func wrongLines(_ number: String, _ name: String, _ code: String, _ field: String) async throws {
        let test = try await TestAppliance()
        let error = await #expect(throws: LineError.self) {
            try await test.lines.add(.init(number: number, displayName: name, provisioningCode: code))
        }
        #expect(error?.field == field)
    }

    @Test("Codes that provd makes have six digits and are free")
    func randomCodes() async throws {
        let test = try await TestAppliance()
        var codes: Set<String> = []
        for number in 0..<50 {
            let line = try await test.lines.add(.init(number: "\(1_000 + number)", displayName: "N"))
            let code = try #require(line.provisioningCode)
            #expect(code.utf8.count == 6 && ProvisioningCode.isValid(code))
            codes.insert(code)
        }
        #expect(codes.count == 50)
    }

    @Test("Codes are made of the digits that are wanted, and are none that a dial plan takes for something else")
    func codeRules() throws {
        let rules = try CodeRules(length: 5, alphabet: "0123459", use: .once, lifetime: nil, reserved: ["112", "95"])
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2_000 {
            let code = try #require(rules.random(using: &generator))
            #expect(code.count == 5 && code.allSatisfy("0123459".contains))
            #expect(!code.hasPrefix("0") && !code.hasPrefix("112") && !code.hasPrefix("95"))
            #expect(Set(code).count > 1 && code != "12345" && code != "54321")
        }
    }

    @Test(
        "Rules by which codes could not be dialled, or would be guessed, are refused",
        arguments: [(3, "0123456789", "4 to 12"), (13, "0123456789", "4 to 12"), (6, "ABCDEF", "digits alone"), (6, "0122345", "twice"), (4, "123456789", "only 6561")])
    func wrongRules(length: Int, alphabet: String, reason: String) {
        let error = #expect(throws: CodeRules.Problem.self) {
            try CodeRules(length: length, alphabet: alphabet, use: .once, lifetime: nil, reserved: [])
        }
        #expect(error?.description.contains(reason) == true)
    }

    @Test("A code that is good for once opens no second phone, and its own phone any number of times")
    func once() async throws {
        let test = try await TestAppliance(codes: try CodeRules(length: 6, alphabet: "0123456789", use: .once, lifetime: nil, reserved: []))
        _ = try await test.yealink()
        _ = try await test.yealink("/0015650abbdd.cfg", from: "10.77.0.12", mac: "00:15:65:0a:bb:dd")
        let line = try await test.lines.add(.init(number: "101", displayName: "Alice", provisioningCode: "123456"))
        let devices = try await test.store.devices().map(\.id)
        let (first, second) = (try #require(devices.first), try #require(devices.last))
        for _ in 0..<2 {
            guard case .assigned = await test.dialling.dial("123456", from: first, source: source) else {
                Issue.record("its own phone is refused")
                return
            }
        }
        #expect(await test.dialling.dial("123456", from: second, source: source, consent: .move) == .codeSpent)
        let renewed = try #require(try await test.lines.renewCode(line.id)?.provisioningCode)
        guard case .moved = await test.dialling.dial(renewed, from: second, source: source, consent: .move) else {
            Issue.record("a new code is refused")
            return
        }
    }

    @Test("A code grows old, and a new one is good again")
    func expiry() async throws {
        let test = try await TestAppliance(codes: try CodeRules(length: 6, alphabet: "0123456789", use: .untilChanged, lifetime: 3_600, reserved: []))
        _ = try await test.yealink()
        let id = try await test.device().id
        let line = try await test.lines.add(.init(number: "101", displayName: "Alice", provisioningCode: "123456"))
        test.clock.advance(3_600)
        #expect(await test.dialling.dial("123456", from: id, source: source) == .codeExpired)
        let renewed = try #require(try await test.lines.renewCode(line.id)?.provisioningCode)
        guard case .assigned = await test.dialling.dial(renewed, from: id, source: source) else {
            Issue.record("a new code is refused")
            return
        }
    }

    @Test("A code of one tenant is not for a phone of another, and for one that nobody has claimed")
    func otherTenant() async throws {
        let test = try await TestAppliance()
        _ = try await test.yealink()
        let (north, south) = (TenantID("north"), TenantID("south"))
        let root = test.tenant
        try await test.store.transaction { transaction in
            for id in [north, south] { try transaction.save(Tenant(id: id, parent: root, name: id.description)) }
        }
        _ = try await LineBook(test.appliance, scope: TenantScope(south)).add(.init(number: "101", displayName: "Alice", provisioningCode: "123456"))
        var device = try await test.device()
        device.tenant = north
        try await test.store.transaction { [device] in try $0.save(device) }
        #expect(await test.dialling.dial("123456", from: device.id, source: source) == .wrongPhone)
        device.tenant = root
        try await test.store.transaction { [device] in try $0.save(device) }
        guard case .assigned = await test.dialling.dial("123456", from: device.id, source: source) else {
            Issue.record("a phone of the appliance's own tenant is refused")
            return
        }
    }

    @Test("A lock is seen and lifted by whoever has to do with the phone, and by nobody else")
    func locks() async throws {
        let test = try await TestAppliance()
        _ = try await test.yealink()
        let id = try await test.device().id
        for wait in [0.0, 0, 5, 30, 0] {
            _ = await test.dialling.dial("000000", from: id, source: source)
            test.clock.advance(wait)
        }
        let name = "device-\(id)"
        #expect(try await CodeLocks(test.appliance, scope: TenantScope(TenantID("another")), seesAll: false).all().isEmpty)
        let locks = CodeLocks(test.appliance, scope: TenantScope(test.tenant), seesAll: true)
        #expect(try await locks.all().map(\.subject.name) == [name])
        #expect(try await locks.lift(name))
        #expect(try await !locks.lift(name))
        #expect(await test.dialling.dial("000000", from: id, source: source) == .unknownCode)
    }
}

@Suite("Long jobs")
struct OperationTests {
    @Test("Hundreds that wait for phones keep none from working")
    func lanes() async throws {
        let operations = Operations()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await operations.run() }
            let (gate, open) = AsyncStream<Void>.makeStream()
            var waiting: [Int] = []
            for number in 0..<500 {
                let operation = await operations.begin("synchronise", of: "\(number)", OperationPart(), .wait) { _ in
                    for await _ in gate {}
                }
                waiting.append(operation.id)
            }
            let work = await operations.begin("plugin-install", of: "x", OperationPart()) { _ in }
            while await operations.operation(work.id)?.state != .success { await Task.yield() }
            open.finish()
            for id in waiting {
                while await operations.operation(id)?.state != .success { await Task.yield() }
            }
            group.cancelAll()
        }
    }

    @Test("A job that finds no room fails with a reason, and what was made ready for it is cleaned up")
    func full() async {
        let operations = Operations(capacity: 1)
        let cleaned = Mutex<[String]>([])
        for subject in ["first", "second"] {
            let cleanUp: @Sendable () async -> Void = { cleaned.withLock { $0.append(subject) } }
            let operation = await operations.begin("plugin-install", of: subject, OperationPart(), cleanUp: cleanUp) { _ in }
            #expect(operation.state == (subject == "first" ? .waiting : .fail))
            #expect((operation.reason == nil) == (subject == "first"))
        }
        #expect(cleaned.withLock { $0 } == ["second"])
    }
}

extension PhoneSynchronisation.Patience {
    static let none = Self(fetch: .zero, registration: .zero)
}

@Suite("Telling a phone to fetch again")
struct PhoneSynchronisationTests {
    /// Answers as a script says, and remembers whom it was asked to tell.
    private actor FakeNotifier: PhoneNotifier {
        var told: [NotifyTarget] = []
        let answers: [NotifyTarget: NotifyResult]
        let whatFollows: @Sendable () async -> Void

        init(_ answers: [NotifyTarget: NotifyResult], whatFollows: @escaping @Sendable () async -> Void = {}) {
            self.answers = answers
            self.whatFollows = whatFollows
        }

        func notify(_ target: NotifyTarget, _ instruction: NotifyInstruction) async -> NotifyResult {
            told.append(target)
            guard let answer = answers[target] else { return .notRegistered }
            await whatFollows()
            return answer
        }
    }

    @Test("The account that the phone runs is tried first, then its others, then its address")
    func order() async throws {
        let test = try await TestAppliance()
        _ = try await test.yealink()
        let username = try #require(try await test.device().remoteStateSIPUsername)
        _ = try await test.lines.add(.init(number: "101", displayName: "Alice", provisioningCode: "123456"))
        _ = await test.dialling.dial("123456", from: try await test.device().id, source: nil)
        let address = try #require(IPAddress("10.77.0.11"))
        let notifier = FakeNotifier([.address(address): .answered(status: 200)])
        let error = await #expect(throws: PhoneSynchronisation.Failure.self) {
            try await PhoneSynchronisation(test.appliance, notifier: notifier, patience: .none).synchronise(try await test.device().id)
        }
        #expect(await notifier.told == [.account(username), .account("101"), .address(address)])
        #expect(try await test.timeline().suffix(2).first == "was told to fetch its configuration again, and agreed")
        #expect(error?.description.hasPrefix("it agreed, and has not fetched its configuration since") == true)
    }

    @Test("A phone is synchronised when it has fetched its configuration and registered after that, be it from the same contact")
    func arrives() async throws {
        let test = try await TestAppliance()
        _ = try await test.yealink()
        let device = try await test.device()
        let username = try #require(device.remoteStateSIPUsername)
        let account = try #require(try await test.accounts.account(username: username))
        let notifier = FakeNotifier([.account(account.username): .answered(status: 200)]) {
            // A registration from before the fetch does not count; one that goes on after it does.
            await test.accounts.registered(account, .continued, from: nil, transport: "UDP")
            _ = try? await test.yealink()
            await test.accounts.registered(account, .continued, from: nil, transport: "UDP")
        }
        try await PhoneSynchronisation(test.appliance, notifier: notifier).synchronise(device.id)
        #expect(
            try await test.timeline().suffix(5).map { String($0.prefix(16)) } == [
                "registered again", "fetched /0015650", "registered again", "was told to fetc", "has fetched its ",
            ])
        // When nobody waits, a registration that goes on is no news.
        let before = try await test.timeline().count
        await test.accounts.registered(account, .continued, from: nil, transport: "UDP")
        #expect(try await test.timeline().count == before)
    }

    @Test("A phone whose line registers at a PBX is synchronised when it has fetched its configuration")
    func arrivesElsewhere() async throws {
        let test = try await TestAppliance()
        _ = try await test.yealink()
        _ = try await test.lines.add(.init(number: "101", displayName: "Alice", provisioningCode: "123456", server: SIPServer(host: "192.0.2.80", port: nil)))
        _ = await test.dialling.dial("123456", from: try await test.device().id, source: nil)
        let notifier = FakeNotifier([.account("101"): .answered(status: 200)]) { _ = try? await test.yealink() }
        try await PhoneSynchronisation(test.appliance, notifier: notifier, patience: .init(fetch: .seconds(60), registration: .zero))
            .synchronise(try await test.device().id)
        #expect(try await test.timeline().last == "has fetched its configuration")
    }

    /// A phone's web page, and what it was asked.
    private actor FakePage: PhoneActionSender {
        struct Request: Equatable {
            let path: String
            let address: IPAddress
            let credentials: PhoneCredentials?
        }

        var requests: [Request] = []
        let answer: NotifyResult

        init(_ answer: NotifyResult) { self.answer = answer }

        func send(_ action: PhoneHTTPAction, to address: IPAddress, as credentials: PhoneCredentials?) async -> NotifyResult {
            requests.append(Request(path: action.path, address: address, credentials: credentials))
            return answer
        }
    }

    @Test(
        "A phone whose plugin says so is told over HTTP, with the password of its configuration",
        arguments: [
            (NotifyResult.answered(status: 302), "it agreed, and has not fetched"), (.answered(status: 401), "its web page does not accept"),
            (.noAnswer, "its web page did not answer"),
        ])
    func overHTTP(answer: NotifyResult, failure: String) async throws {
        let test = try await TestAppliance()
        var device = Device(id: DeviceID(stored: "door"), document: ["vendor": "Zenitel", "plugin": "zenitel-ipst", "config": "door", "ip": "10.77.0.12"])
        device.tenant = test.tenant
        let config = Config(id: ConfigID(stored: "door"), parents: [.base], rawConfig: ["admin_username": "admin", "admin_password": "s3cret"])
        try await test.store.transaction { [device] transaction in
            try transaction.save(config)
            try transaction.save(device)
        }
        let page = FakePage(answer)
        let error = await #expect(throws: PhoneSynchronisation.Failure.self) {
            try await PhoneSynchronisation(test.appliance, notifier: FakeNotifier([:]), actions: page, patience: .none).synchronise(device.id)
        }
        #expect(error?.description.hasPrefix(failure) == true, "\(String(describing: error))")
        let address = try #require(IPAddress("10.77.0.12"))
        #expect(await page.requests == [.init(path: "/goform/zForm_send_cmd", address: address, credentials: PhoneCredentials(username: "admin", password: "s3cret"))])
    }

    @Test("A phone that fetches and does not register is a failure that says so")
    func fetchedOnly() async throws {
        let test = try await TestAppliance()
        _ = try await test.yealink()
        let username = try #require(try await test.device().remoteStateSIPUsername)
        let notifier = FakeNotifier([.account(username): .answered(status: 200)]) { _ = try? await test.yealink() }
        let error = await #expect(throws: PhoneSynchronisation.Failure.self) {
            try await PhoneSynchronisation(test.appliance, notifier: notifier, patience: .init(fetch: .seconds(60), registration: .zero))
                .synchronise(try await test.device().id)
        }
        #expect(error?.description.hasPrefix("it has fetched its configuration, and not registered since") == true)
    }

    @Test("A phone that does not answer is a failure that says what to do")
    func noAnswer() async throws {
        let test = try await TestAppliance()
        _ = try await test.yealink()
        let username = try #require(try await test.device().remoteStateSIPUsername)
        let notifier = FakeNotifier([.account(username): .noAnswer])
        let error = await #expect(throws: PhoneSynchronisation.Failure.self) {
            try await PhoneSynchronisation(test.appliance, notifier: notifier).synchronise(try await test.device().id)
        }
        #expect(error?.description.contains("did not answer") == true)
    }
}
