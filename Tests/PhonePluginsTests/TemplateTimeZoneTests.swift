// SPDX-License-Identifier: GPL-3.0-or-later

import Testing
import TimeZones

@testable import PhonePlugins

@Suite("Time zones of templates")
struct TemplateTimeZoneTests {
    @Test("A rule of the tz database becomes what templates see", arguments: [
        "Europe/Paris", "America/Montreal", "America/St_Johns", "Europe/Dublin", "Asia/Kolkata",
    ])
    func rule(name: String) throws {
        let sample = try #require(SampleTimeZones.zone(name))
        #expect(TemplateTimeZone(name: name, rule: try TimeZoneRule(posix: sample.posix)) == sample)
    }

    @Test("Hours below zero and above twenty-three stay as they are")
    func unusualHours() throws {
        let nuuk = TemplateTimeZone(name: "America/Nuuk", rule: try TimeZoneRule(posix: "<-02>2<-01>,M3.5.0/-1,M10.5.0/0:30"))
        #expect(nuuk.daylightSaving?.start.hour == -1)
        #expect(nuuk.daylightSaving?.end == .init(month: 10, week: 5, weekday: 0, hour: 0, minute: 30))
        #expect(nuuk.offsetMinutes == -120)
    }
}
