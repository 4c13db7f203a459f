// SPDX-License-Identifier: GPL-3.0-or-later

import Jinja

extension TemplateTimeZone {
    /// The zone as the variable `time_zone`.
    var variable: JinjaValue {
        var zone: JinjaDict = [
            "name": .string(name), "posix": .string(posix), "offset_minutes": .int(offsetMinutes),
            "offset_hours": .double(Double(offsetMinutes) / 60), "has_dst": .bool(daylightSaving != nil),
        ]
        if let daylightSaving {
            zone["dst_save_minutes"] = .int(daylightSaving.saveMinutes)
            zone["dst_start"] = daylightSaving.start.variable
            zone["dst_end"] = daylightSaving.end.variable
        }
        return .dict(zone)
    }
}

extension TemplateTimeZone.Moment {
    var variable: JinjaValue {
        [
            "month": .int(month), "week": .int(week), "weekday": .int(weekday), "weekday_iso": .int(weekday == 0 ? 7 : weekday),
            "hour": .int(hour), "minute": .int(minute),
        ]
    }
}
