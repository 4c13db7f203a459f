// SPDX-License-Identifier: GPL-3.0-or-later

/// What an observer of DHCP hands to provd: one line of JSON on provd's Unix socket.
public enum DHCPReport: Sendable, Hashable {
    /// A message was seen.
    case observation(DHCPObservation)
    /// Something is wrong.
    case problem(DHCPProblemReport)
}

extension DHCPReport: Decodable {
    private enum CodingKeys: CodingKey { case problem }

    /// Reads a line: one with a member `problem` is a problem, any other an observation.
    public init(from decoder: any Decoder) throws {
        let isProblem = try decoder.container(keyedBy: CodingKeys.self).contains(.problem)
        self = isProblem ? .problem(try DHCPProblemReport(from: decoder)) : .observation(try DHCPObservation(from: decoder))
    }
}
