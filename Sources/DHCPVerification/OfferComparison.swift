// SPDX-License-Identifier: GPL-3.0-or-later

public import DHCPConfig
public import DHCPWire
import NetTypes

/// What was expected of an offer and what came, for one place in the message.
public struct VerificationRow: Sendable, Hashable {
    /// How the two compare.
    public enum Verdict: Sendable, Hashable {
        /// Byte for byte the same.
        case same
        /// Different in a way that this server is known for; phones cope unless the text says otherwise.
        case known(String)
        /// Other octets than expected.
        case different
        /// Expected and not sent.
        case missing
        /// Sent and not expected.
        case unexpected

        /// The verdict in a word.
        public var word: String {
            switch self {
            case .same: "same"
            case .known: "known"
            case .different: "different"
            case .missing: "missing"
            case .unexpected: "unexpected"
            }
        }
    }

    /// The family of the phone, or `none`.
    public let family: String
    /// What the phone shows of itself.
    public let sample: String
    /// The subnet.
    public let subnet: String
    /// What the phone asked for.
    public let request: VerificationProbe.Request
    /// Where in the message, in words.
    public let place: String
    /// The octets that were expected.
    public let expected: [UInt8]?
    /// The octets that came.
    public let got: [UInt8]?
    /// How they compare.
    public let verdict: Verdict
    /// The line of the definition or site file that asks for it.
    public let location: SourceLocation?

    /// Whether a phone is told something else than it should be.
    public var isFailure: Bool {
        switch verdict {
        case .same, .known: false
        case .different, .missing, .unexpected: true
        }
    }
}

/// Compares a server's offer with what the plan says.
public struct OfferComparison: Sendable {
    private let platform: ServerPlatform
    /// The options that some family is given, and that nobody else must get.
    private let provisioningCodes: Set<UInt8>
    /// What dnsmasq looks for in vendor classes.
    private let vendorClassTexts: [[UInt8]]

    /// Makes a comparison for one server and site.
    public init(_ platform: ServerPlatform, plan: DHCPPlan) {
        self.platform = platform
        provisioningCodes = Set(plan.classes.flatMap(\.deliveries).flatMap(\.items).compactMap { item in
            if case .option(let code) = item.place { code } else { nil }
        })
        vendorClassTexts = plan.classes.flatMap { $0.stated(.vendorClass) }.map { $0.test.head.isEmpty ? $0.test.tail : $0.test.head }
    }

    /// Every value that was expected or came, each in one row.
    ///
    /// - Parameter offer: The server's answer, or `nil` if there was none.
    public func rows(_ probe: VerificationProbe, offer: DHCPPacket?) -> [VerificationRow] {
        var rows = [addressRow(probe, offer)]
        guard let offer, probe.explanation.admission != .refused else { return rows }
        rows += siteRows(probe, offer)
        for item in probe.expected { rows.append(row(probe, item, offer)) }
        for code in provisioningCodes.sorted() where !Self.isForEverybody(code) && !probe.explanation.items.contains(where: { $0.place == .option(code) }) {
            guard let got = offer.options[DHCPOptionCode(code)] else { continue }
            rows.append(
                row(probe, DeliveryItem.Place.option(code).title, expected: nil, got: Array(got), surplus(probe), nil))
        }
        return rows
    }

    /// Time servers and their like may come to everybody.
    private static func isForEverybody(_ code: UInt8) -> Bool { [1, 3, 6, 12, 15, 42].contains(code) }

    // MARK: Addresses

    private func addressRow(_ probe: VerificationProbe, _ offer: DHCPPacket?) -> VerificationRow {
        let got = offer.map(\.yiaddr.octets)
        func make(_ expected: [UInt8]?, _ verdict: VerificationRow.Verdict) -> VerificationRow {
            row(probe, "address (yiaddr)", expected: expected, got: got, verdict, probe.subnet.location)
        }
        switch probe.explanation.admission {
        case .refused: return make(nil, offer == nil ? .same : surplus(probe))
        case .reserved(let reservation):
            let expected = reservation.address.octets
            return make(expected, got == nil ? .missing : got == expected ? .same : .different)
        case .leased:
            guard let offer else { return make(probe.subnet.ranges.first?.first.octets, .missing) }
            let isInside = probe.subnet.ranges.contains { $0.first <= offer.yiaddr && offer.yiaddr <= $0.last }
            return isInside ? make(got, .same) : make(probe.subnet.ranges.first?.first.octets, .different)
        }
    }

    // MARK: What everybody in the subnet is told

    /// What the site file says of the subnet, as far as the phone asked for it. What it leaves open is the server's affair.
    private func siteRows(_ probe: VerificationProbe, _ offer: DHCPPacket) -> [VerificationRow] {
        let subnet = probe.subnet, lease = UInt32(clamping: subnet.leaseSeconds)
        var expected: [(code: UInt8, octets: [UInt8])] = [
            (1, subnet.network.netmask.octets), (51, [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: lease >> $0) }),
        ]
        if !subnet.routers.isEmpty { expected.append((3, subnet.routers.flatMap(\.octets))) }
        if !subnet.dns.isEmpty { expected.append((6, subnet.dns.flatMap(\.octets))) }
        if let domain = subnet.domain { expected.append((15, Array(domain.utf8))) }
        if !subnet.ntp.isEmpty { expected.append((42, subnet.ntp.flatMap(\.octets))) }
        return expected.filter { $0.code == 51 || probe.requestList.contains($0.code) }.map { code, octets in
            let got = offer.options[DHCPOptionCode(code)].map(Array.init)
            return row(
                probe, DeliveryItem.Place.option(code).title, expected: octets, got: got,
                got == octets ? .same : got == nil ? .missing : .different, subnet.location)
        }
    }

    // MARK: Values

    /// What it means that a client is told what it should not be.
    private func surplus(_ probe: VerificationProbe) -> VerificationRow.Verdict {
        guard platform == .dnsmasq || platform == .opnsense, probe.explanation.phoneClass == nil,
            let stated = probe.evidence.vendorClass, vendorClassTexts.contains(where: { Self.contains($0, in: stated) })
        else { return .unexpected }
        return .known("dnsmasq looks for a vendor class anywhere in the text, so that this stranger passes for a phone: \(probe.label)")
    }

    private static func contains(_ part: [UInt8], in text: [UInt8]) -> Bool {
        guard !part.isEmpty, part.count <= text.count else { return false }
        return (0...(text.count - part.count)).contains { text[$0...].starts(with: part) }
    }

    private func row(_ probe: VerificationProbe, _ item: DHCPPlan.Item, _ offer: DHCPPacket) -> VerificationRow {
        let got: [UInt8]? =
            switch item.place {
            case .option(let code): offer.options[DHCPOptionCode(code)].map(Array.init)
            case .nextServer: offer.siaddr == .any ? nil : offer.siaddr.octets
            case .serverName: offer.sname.isEmpty ? nil : Array(offer.sname)
            case .bootFile: offer.file.isEmpty ? nil : Array(offer.file)
            }
        let expected = item.value.octets
        let verdict: VerificationRow.Verdict =
            if got == expected {
                .same
            } else if let habit = habit(item, got: got, offer) {
                .known(habit)
            } else {
                got == nil ? .missing : .different
            }
        return row(probe, item.place.title, expected: expected, got: got, verdict, item.location)
    }

    /// What this server is known to do otherwise, if that is what it did.
    private func habit(_ item: DHCPPlan.Item, got: [UInt8]?, _ offer: DHCPPacket) -> String? {
        let expected = item.value.octets
        switch (platform, item.place) {
        case (.dnsmasq, .option(66)), (.dnsmasq, .option(67)), (.opnsense, .option(66)), (.opnsense, .option(67)):
            if got == expected + [0] { return "dnsmasq ends options 66 and 67 with a NUL; phones ignore it" }
            return nil
        case (.kea, .option(159)):
            return got == Array(expected.prefix(4)) ? "Kea sends no more than four octets in option 159 (RFC 7618): the phone cannot use it" : nil
        default: return nil
        }
    }

    private func row(
        _ probe: VerificationProbe, _ place: String, expected: [UInt8]?, got: [UInt8]?, _ verdict: VerificationRow.Verdict,
        _ location: SourceLocation?
    ) -> VerificationRow {
        VerificationRow(
            family: probe.family, sample: probe.label, subnet: probe.subnet.name, request: probe.request, place: place,
            expected: expected, got: got, verdict: verdict, location: location)
    }
}
