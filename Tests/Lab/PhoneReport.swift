// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// What a simulated phone saw, as `scripts/lab/phone` writes it.
struct PhoneReport: Decodable {
    /// One start of the phone.
    struct Boot: Decodable {
        /// The address that DHCP gave it.
        var address: String
        /// Option 66 as it was received.
        var bootServer: String
        /// What it asked for, in its order.
        var files: [File]
        /// The user name with which it registered, or `nil` if it did not come so far.
        var user: String?
    }

    /// One request for a file.
    struct File: Decodable {
        var url: String
        /// An HTTP status, or `ok` and `refused` over TFTP.
        var status: String
        var bytes: Int
    }

    /// One call.
    struct Call: Decodable {
        var number: String
        /// `answered`, or `refused` and the SIP status.
        var outcome: String
        /// The RTP packets that it heard, 50 for each second.
        var speechPackets: Int
    }

    var mac: String
    var state: String
    var boots: [Boot]
    var calls: [Call]
    /// The events that it was notified of.
    var notified: [String]
    var error: String?
    /// What the phone printed, for failures.
    var output = ""

    private enum CodingKeys: String, CodingKey { case mac, state, boots, calls, notified, error }

    /// Reads a report.
    ///
    /// - Throws: if there is none, or it is none of a phone.
    init(contentsOf file: URL) throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        self = try decoder.decode(PhoneReport.self, from: Data(contentsOf: file))
    }
}
