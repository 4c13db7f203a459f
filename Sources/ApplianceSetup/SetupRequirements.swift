// SPDX-License-Identifier: GPL-3.0-or-later

/// What must be on a machine before a set-up begins: then nothing is half done because something is missing.
public struct SetupRequirements: Sendable, Equatable {
    /// A program, and the Debian package that has it.
    public struct Program: Sendable, Equatable {
        public let name: String
        public let package: String
    }

    /// The DHCP server, if it is to run here.
    public let program: Program?
    /// Files that are read: the time zone as the tz database has it, and the first lines. The text says what each is.
    public let files: [(path: String, meaning: String)]

    public static func == (left: SetupRequirements, right: SetupRequirements) -> Bool {
        left.program == right.program && left.files.elementsEqual(right.files, by: ==)
    }

    /// What these answers need.
    public init(_ answers: SetupAnswers) {
        program =
            switch answers.dhcp {
            case .served(by: .dnsmasq, _, _): Program(name: "dnsmasq", package: "dnsmasq-base")
            case .served(by: .kea, _, _): Program(name: "kea-dhcp4", package: "kea-dhcp4-server")
            case .generated, .inform, .none: nil
            }
        var files: [(String, String)] = []
        if let timezone = answers.timezone {
            files.append(("/usr/share/zoneinfo/" + timezone, "timezone: “\(timezone)” is no time zone of this machine: “timedatectl list-timezones” has all, such as Europe/Berlin"))
        }
        if let lines = answers.lines { files.append((lines, "lines: \(lines) cannot be read: name a CSV file with the first lines, or none")) }
        self.files = files
    }
}
