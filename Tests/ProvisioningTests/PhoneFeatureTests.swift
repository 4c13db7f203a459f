// SPDX-License-Identifier: GPL-3.0-or-later

import DeviceStorage
import JSONText
import NetTypes
import ProvModel
import Testing

@testable import Provisioning

@Suite("What people do to a phone from the phone itself")
struct PhoneFeatureTests {
    private let otherMAC = "00:15:65:0a:bb:dd"

    /// Two phones: the first is Alice's (101), the second Bob's (102); Carol (103) has none.
    private func site() async throws -> (test: TestAppliance, alice: DeviceID, bob: DeviceID, features: PhoneFeatures) {
        let test = try await TestAppliance()
        _ = try await test.yealink()
        _ = try await test.yealink("/0015650abbdd.cfg", from: "10.77.0.12", mac: otherMAC)
        for (number, code) in [("101", "111111"), ("102", "222222"), ("103", "333333")] {
            _ = try await test.lines.add(.init(number: number, displayName: "N\(number)", provisioningCode: code))
        }
        let alice = try await test.device().id, bob = try await test.device(otherMAC).id
        _ = await test.dialling.dial("111111", from: alice, source: nil)
        _ = await test.dialling.dial("222222", from: bob, source: nil)
        var settings = OnboardingSettings()
        settings.resetPIN = "2468"
        return (test, alice, bob, PhoneFeatures(test.appliance, settings: settings))
    }

    private func numbers(_ test: TestAppliance, _ device: DeviceID) async throws -> [String] {
        try await test.store.lines(on: device).map(\.number)
    }

    @Test("Somebody without a phone logs in on another's, and the owner's line comes back at the log-out")
    func loginWithoutPhone() async throws {
        let (test, alice, _, features) = try await site()
        guard case .done(let line?, let changed) = await features.login("333333", at: alice, source: nil) else {
            Issue.record("the log-in was refused")
            return
        }
        #expect(line.number == "103" && changed == [alice])
        #expect(try await numbers(test, alice) == ["103"])
        #expect(try await test.yealink().text?.contains("account.1.user_name = 103\n") == true)
        #expect(await features.logout(at: alice, source: nil) == .done(nil, changed: [alice]))
        #expect(try await numbers(test, alice) == ["101"])
        #expect(await features.logout(at: alice, source: nil) == .notPossible)
    }

    @Test("Who has a phone takes the line along, and finds it there again after the log-out")
    func loginFromOwnPhone() async throws {
        let (test, alice, bob, features) = try await site()
        _ = await features.login("222222", at: alice, source: nil)
        #expect(try await numbers(test, alice) == ["102"])
        #expect(try await numbers(test, bob).isEmpty)
        #expect(await features.logout(at: alice, source: nil) == .done(nil, changed: [alice, bob]))
        #expect(try await numbers(test, alice) == ["101"])
        #expect(try await numbers(test, bob) == ["102"])
    }

    @Test("A second log-in sends the first guest home; the owner's line still waits")
    func secondLogin() async throws {
        let (test, alice, bob, features) = try await site()
        _ = await features.login("222222", at: alice, source: nil)
        _ = await features.login("333333", at: alice, source: nil)
        #expect(try await numbers(test, alice) == ["103"])
        #expect(try await numbers(test, bob) == ["102"])
        _ = await features.logout(at: alice, source: nil)
        #expect(try await numbers(test, alice) == ["101"])
    }

    @Test("A guest stays one: the phone is its tenant's, and the code of a tenant elsewhere opens it not")
    func tenants() async throws {
        let (test, alice, _, features) = try await site()
        let book = TenantBook(test.appliance)
        let customer = try await book.create(.init(name: "customer"), below: test.tenant).id
        let other = try await book.create(.init(name: "other"), below: test.tenant).id
        for (tenant, number, code) in [(customer, "201", "444444"), (other, "301", "555555")] {
            _ = try await LineBook(test.appliance, scope: TenantScope(tenant)).add(.init(number: number, displayName: "N\(number)", provisioningCode: code))
        }
        // Who may dial it at a phone of the tenant above works there for a while, and leaves it as it was.
        _ = await features.login("444444", at: alice, source: nil)
        #expect(try await numbers(test, alice) == ["201"])
        #expect(try await test.device().tenant == test.tenant)
        _ = await features.logout(at: alice, source: nil)
        #expect(try await numbers(test, alice) == ["101"])
        #expect(try await test.device().tenant == test.tenant)

        var phone = try await test.device()
        phone.tenant = customer
        try await test.store.transaction { [phone] in try $0.save(phone) }
        #expect(await features.login("555555", at: alice, source: nil) == .wrongPhone)
        #expect(try await numbers(test, alice) == ["101"])
    }

    @Test("A log-in ends when an administrator resets the phone: its next owner keeps it")
    func resetOfGuest() async throws {
        let (test, alice, _, features) = try await site()
        _ = await features.login("333333", at: alice, source: nil)
        let devices = DeviceBook(test.appliance, scope: TenantScope(test.tenant))
        #expect(try await devices.reset(alice))
        #expect(try await numbers(test, alice).isEmpty)
        _ = await test.dialling.dial("333333", from: alice, source: nil)
        #expect(await features.logout(at: alice, source: nil) == .notPossible)
        #expect(try await numbers(test, alice) == ["103"])
    }

    @Test("A phone whose guest an administrator takes off is its owner's again")
    func guestTakenOff() async throws {
        let (test, alice, _, features) = try await site()
        _ = await features.login("222222", at: alice, source: nil)
        let guest = try #require(try await test.store.lines(on: alice).first)
        _ = try await test.lines.unassign(guest.id)
        #expect(try await numbers(test, alice) == ["101"])
        // The guest has no phone now, and a log-in elsewhere leads to none.
        _ = await features.login("222222", at: alice, source: nil)
        #expect(await features.logout(at: alice, source: nil) == .done(nil, changed: [alice]))
        #expect(try await numbers(test, alice) == ["101"])
    }

    @Test("A reset needs the right PIN, and five wrong ones lock")
    func reset() async throws {
        let (test, alice, _, features) = try await site()
        for wait in [0.0, 0, 5, 30] {
            #expect(await features.reset(alice, pin: "1", source: nil) == .wrongPIN)
            test.clock.advance(wait)
        }
        #expect(await features.reset(alice, pin: "2468", source: nil) == .done(nil, changed: [alice]))
        #expect(try await numbers(test, alice).isEmpty)
        #expect(try await test.device().config?.description.hasPrefix("autoprov") == true)
        for wait in [0.0, 0, 5, 30, 0] {
            #expect(await features.reset(alice, pin: "1", source: nil) == .wrongPIN)
            test.clock.advance(wait)
        }
        #expect(await features.reset(alice, pin: "2468", source: nil) == .locked(seconds: 900))
        // Codes and PINs are counted together: whoever guesses the one does not get tries for the other.
        #expect(await test.dialling.dial("333333", from: alice, source: nil) == .locked(seconds: 900))
    }

    @Test("Without a PIN in the settings no phone resets itself")
    func noPIN() async throws {
        let (test, alice, _, _) = try await site()
        let features = PhoneFeatures(test.appliance, settings: OnboardingSettings())
        #expect(!features.canReset)
        #expect(await features.reset(alice, pin: "", source: nil) == .wrongPIN)
    }

    @Test("A call for help is on the timeline as a failure")
    func emergency() async throws {
        let (test, alice, _, features) = try await site()
        await features.calledForHelp("112", from: alice, source: nil)
        #expect(try await test.timeline().last?.contains("emergency number 112") == true)
    }

    @Test("A code of a line on another phone asks, and moves the line when the caller agrees")
    func move() async throws {
        let (test, alice, bob, _) = try await site()
        _ = try await test.yealink("/0015650abbee.cfg", from: "10.77.0.13", mac: "00:15:65:0a:bb:ee")
        let third = try await test.device("00:15:65:0a:bb:ee").id
        guard case .asksToMove = await test.dialling.dial("111111", from: third, source: nil) else {
            Issue.record("it did not ask")
            return
        }
        #expect(try await numbers(test, alice) == ["101"])
        guard case .moved(_, from: alice) = await test.dialling.dial("111111", from: third, source: nil, consent: .move) else {
            Issue.record("it did not move")
            return
        }
        #expect(try await numbers(test, alice).isEmpty)
        #expect(try await numbers(test, third) == ["101"])
        #expect(try await numbers(test, bob) == ["102"])
    }

    @Test("When confirmation is configured a code does nothing before it")
    func confirm() async throws {
        let (test, _, _, _) = try await site()
        _ = try await test.yealink("/0015650abbee.cfg", from: "10.77.0.13", mac: "00:15:65:0a:bb:ee")
        let third = try await test.device("00:15:65:0a:bb:ee").id
        var settings = OnboardingSettings()
        settings.asksForConfirmation = true
        let dialling = CodeDialling(test.appliance, settings: settings)
        guard case .asksToAssign = await dialling.dial("333333", from: third, source: nil) else {
            Issue.record("it did not ask")
            return
        }
        #expect(try await numbers(test, third).isEmpty)
        guard case .assigned = await dialling.dial("333333", from: third, source: nil, consent: .assignment) else {
            Issue.record("it was not assigned")
            return
        }
    }

    @Test("A call knows its phone: vendor, model, the end of the hardware address, the language")
    func description() async throws {
        let (test, alice, _, _) = try await site()
        var config = try #require(try await test.store.config(.base))
        config.rawConfig["locale"] = "fr_CA"
        config.rawConfig["X_provd_speech"] = "early"
        let changed = config
        try await test.store.transaction { try $0.save(changed) }
        let phone = await test.dialling.describe(alice)
        #expect(phone == PhoneDescription(vendor: "Yealink", model: "T46S", macEnding: "bbcc", locale: "fr_CA", speech: "early"))
    }
}
