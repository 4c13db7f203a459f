// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes

/// What every sample of the definitions would be told in one subnet: a site at a glance, and what tests compare real
/// clients with.
public struct SampleExplanations: Sendable, Hashable {
    /// One sample and what it would be told.
    public struct Entry: Sendable, Hashable {
        /// What the phone shows of itself.
        public let evidence: DHCPEvidence
        /// What it would be told, and why.
        public let explanation: Explanation
    }

    /// The samples in the order of the definitions. Those of no family are left out.
    public let entries: [Entry]
}

extension DHCPPlan {
    /// Says what every sample of a family would be told in `subnet`.
    public func explainSamples(in subnet: Site.Subnet, catalog: VendorCatalog) -> SampleExplanations {
        let samples = catalog.definitions.flatMap(\.samples).filter { $0.family != nil }
        return SampleExplanations(entries: samples.map { sample in
            SampleExplanations.Entry(evidence: sample.evidence, explanation: explain(sample.evidence, in: subnet, catalog: catalog))
        })
    }
}

extension SampleExplanations: CustomStringConvertible {
    /// A paragraph for each family, with its first sample that stands for the others that are told the same.
    public var description: String {
        var paragraphs: [(family: String, items: [DHCPPlan.Item], samples: [String])] = []
        for entry in entries {
            let family = entry.explanation.phoneClass?.name ?? "not served"
            let items = entry.explanation.items
            if let index = paragraphs.firstIndex(where: { $0.family == family && $0.items == items }) {
                paragraphs[index].samples.append(entry.label)
            } else {
                paragraphs.append((family, items, [entry.label]))
            }
        }
        return paragraphs.map { paragraph in
            var lines = ["\(paragraph.family): \(paragraph.samples.joined(separator: "; "))"]
            if paragraph.items.isEmpty { lines.append("  nothing beyond what everybody in the subnet gets") }
            for item in paragraph.items { lines.append("  \(item.place.title): \(item.value.meaning)") }
            return lines.joined(separator: "\n") + "\n"
        }.joined(separator: "\n")
    }

    /// The entries as JSON, for scripts: what the phone shows under “sample”, and the rest as one explanation has it.
    public var json: String {
        JSONValue.list(entries.map { entry in
            JSONValue.object([("sample", .object(entry.evidenceMembers))] + entry.explanation.jsonMembers)
        }).formatted() + "\n"
    }
}

extension SampleExplanations.Entry {
    /// What the phone shows, in words.
    fileprivate var label: String {
        var parts: [String] = []
        if let value = evidence.vendorClass { parts.append("“\(printable(value))”") }
        parts += evidence.userClasses.suffix(1).map { "user class “\(printable($0))”" }
        if parts.isEmpty, let mac = evidence.mac { parts.append("\(mac)") }
        if parts.isEmpty, let hostname = evidence.hostname { parts.append("host name “\(hostname)”") }
        return parts.joined(separator: ", ")
    }

    fileprivate var evidenceMembers: [(String, JSONValue)] {
        var members: [(String, JSONValue)] = []
        if let mac = evidence.mac { members.append(("mac", .text(mac.description))) }
        if let value = evidence.vendorClass { members.append(("vendor_class", .text(hexadecimal(value, separator: "")))) }
        if let value = evidence.userClass { members.append(("user_class", .text(hexadecimal(value, separator: "")))) }
        if let hostname = evidence.hostname { members.append(("hostname", .text(hostname))) }
        return members
    }
}
