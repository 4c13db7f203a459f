// SPDX-License-Identifier: GPL-3.0-or-later

/// What an observer of DHCP hands to provd: one line of JSON on provd's Unix socket.
public enum DHCPReport: Sendable, Hashable {
    /// A message was seen.
    case observation(DHCPObservation)
    /// Something is wrong.
    case problem(DHCPProblemReport)
    /// What the observer counted.
    case statistics(ObserverStatistics)
}

extension DHCPReport: Decodable {
    private enum CodingKeys: CodingKey { case problem, statistics }

    /// Reads a line: one with a member `problem` is a problem, one with `statistics` is that, any other an observation.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if container.contains(.problem) {
            self = .problem(try DHCPProblemReport(from: decoder))
        } else if container.contains(.statistics) {
            self = .statistics(try ObserverStatistics(from: decoder))
        } else {
            self = .observation(try DHCPObservation(from: decoder))
        }
    }
}
