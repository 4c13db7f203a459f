// SPDX-License-Identifier: GPL-3.0-or-later

@testable import DHCPSniffing
import Testing

@Suite("Which interfaces are captured on")
struct InterfaceRosterTests {
    @Test("An interface is opened when it appears, once, and again after its capture ended")
    func comingAndGoing() {
        var roster = InterfaceRoster()
        #expect(roster.missing(of: ["eth0"]) == ["eth0"])
        #expect(roster.missing(of: ["eth0", "eth1"]) == ["eth1"])
        #expect(roster.missing(of: ["eth0"]).isEmpty)
        roster.ended("eth1")
        #expect(roster.missing(of: ["eth0", "eth1"]) == ["eth1"])
    }

    @Test("One that cannot be opened is tried again and told once, until it was gone")
    func failing() {
        var roster = InterfaceRoster()
        var told: [Bool] = []
        for present in [["eth0"], ["eth0"], [], ["eth0"]] {
            #expect(roster.missing(of: present) == present)
            if !present.isEmpty { told.append(roster.failed("eth0")) }
        }
        #expect(told == [true, false, true])
    }
}
