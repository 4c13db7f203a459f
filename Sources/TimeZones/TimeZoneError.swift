// SPDX-License-Identifier: GPL-3.0-or-later

/// Why a time zone cannot be had.
public enum TimeZoneError: Error, Hashable, Sendable {
    /// The name cannot be one of a zone.
    case invalidName(String)
    /// There is no zone of that name; names that may have been meant.
    case unknownZone(String, nearMatches: [String])
    /// The system has no time zone data in the directory.
    case missingDatabase(directory: String)
    /// The zone's file cannot be read; what the system says.
    case unreadable(String, errnoCode: Int32)
    /// The zone's file is damaged or something else.
    case malformed(String, TZifError)
}

extension TimeZoneError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .invalidName(let name):
            "'\(name)' cannot be a time zone: names look like Europe/Paris, without spaces."
        case .unknownZone(let name, let nearMatches):
            nearMatches.isEmpty
                ? "There is no time zone '\(name)'; names look like Europe/Paris."
                : "There is no time zone '\(name)'; did you mean \(nearMatches.joined(separator: ", "))?"
        case .missingDatabase(let directory):
            "There is no time zone data in \(directory); install the system's tzdata package."
        case .unreadable(let name, let code):
            "The data of time zone '\(name)' cannot be read (error \(code) of the system)."
        case .malformed(let name, let error):
            "The data of time zone '\(name)' cannot be used: \(error). Install the system's tzdata package again."
        }
    }
}
