// SPDX-License-Identifier: GPL-3.0-or-later

/// The TZif and POSIX `TZ` readers under libFuzzer.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzTimeZones(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    if let rule = try? TimeZoneRule(posix: String(decoding: bytes, as: UTF8.self)) {
        // What is written must read as the same rule.
        guard (try? TimeZoneRule(posix: rule.posixString)) == rule else { fatalError("written rule differs: \(rule.posixString)") }
        _ = rule.daylight?.start.day.date(inYear: 2026)
    }
    if let file = try? TZifFile(parsing: bytes) {
        _ = try? file.rule()
        _ = try? file.rule(year: 2026)
    }
    return 0
}
