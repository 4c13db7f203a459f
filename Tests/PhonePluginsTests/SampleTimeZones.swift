// SPDX-License-Identifier: GPL-3.0-or-later

import PhonePlugins

/// The rules of a few zones, so that tests do not depend on the system's tz database.
enum SampleTimeZones {
    static let zone: @Sendable (String) -> TemplateTimeZone? = { name in
        func moment(_ month: Int, _ week: Int, _ hour: Int) -> TemplateTimeZone.Moment {
            .init(month: month, week: week, weekday: 0, hour: hour, minute: 0)
        }
        return switch name {
        case "Europe/Paris":
            TemplateTimeZone(
                name: name, posix: "CET-1CEST,M3.5.0,M10.5.0/3", offsetMinutes: 60,
                daylightSaving: .init(saveMinutes: 60, start: moment(3, 5, 2), end: moment(10, 5, 3)))
        case "America/Montreal":
            TemplateTimeZone(
                name: name, posix: "EST5EDT,M3.2.0,M11.1.0", offsetMinutes: -300,
                daylightSaving: .init(saveMinutes: 60, start: moment(3, 2, 2), end: moment(11, 1, 2)))
        case "America/St_Johns":
            TemplateTimeZone(
                name: name, posix: "NST3:30NDT,M3.2.0,M11.1.0", offsetMinutes: -210,
                daylightSaving: .init(saveMinutes: 60, start: moment(3, 2, 2), end: moment(11, 1, 2)))
        case "Europe/Dublin":
            TemplateTimeZone(
                name: name, posix: "GMT0IST,M3.5.0/1,M10.5.0", offsetMinutes: 0,
                daylightSaving: .init(saveMinutes: 60, start: moment(3, 5, 1), end: moment(10, 5, 2)))
        case "Asia/Kolkata": TemplateTimeZone(name: name, posix: "IST-5:30", offsetMinutes: 330)
        default: nil
        }
    }
}
