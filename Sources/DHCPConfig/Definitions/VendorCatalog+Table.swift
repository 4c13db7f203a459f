// SPDX-License-Identifier: GPL-3.0-or-later

extension VendorCatalog {
    /// Every family in one table of Markdown: how its phones show themselves, and what they are told.
    public var markdownTable: String {
        var lines = ["| make | family | shows itself by | is told |", "| --- | --- | --- | --- |"]
        for family in families {
            lines.append("| \(family.vendor) | `\(family.id)`: \(family.title) | \(family.shown) | \(family.told) |")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension PhoneFamily {
    fileprivate var shown: String {
        func list(_ title: String, _ texts: [String]) -> String? { texts.isEmpty ? nil : "\(title) \(texts.joined(separator: ", "))" }
        var vendorClasses: [String] = [], vendorIDs: [String] = [], userClasses: [String] = [], hostnames: [String] = [], prefixes: [String] = []
        for rule in rules {
            switch rule.evidence {
            case .vendorClass(let pattern): vendorClasses.append("`\(pattern.text)`")
            case .vendorID(let test): vendorIDs.append("`\(test.pattern.text)` (\(test.place))")
            case .userClass(let pattern): userClasses.append("`\(pattern.text)`")
            case .hostname(let pattern): hostnames.append("`\(pattern.text)`")
            case .hardware(let some): prefixes += some.map(\.description)
            }
        }
        return [
            list("vendor class", vendorClasses), list("vendor's data", vendorIDs), list("user class", userClasses), list("host name", hostnames), list("hardware address", prefixes),
        ].compactMap(\.self).joined(separator: "; ")
    }

    fileprivate var told: String {
        var parts = PhoneProtocol.allCases.compactMap { name in
            deliveries[name].map { items in "\(name.rawValue): \(items.map(\.written).joined(separator: ", "))" }
        }
        // What is the same over HTTPS needs no words of its own.
        if let http = deliveries[.http], deliveries[.https] == http { parts = parts.filter { !$0.hasPrefix("https:") } }
        if !voiceVLAN.isEmpty { parts.append("voice VLAN: \(voiceVLAN.map(\.written).joined(separator: ", "))") }
        if !requirements.isEmpty { parts.append("needs \(requirements.map(\.rawValue).joined(separator: ", "))") }
        return parts.isEmpty ? "nothing: it is only let in" : parts.joined(separator: "; ")
    }
}

extension DeliveryItem {
    fileprivate var written: String {
        let name =
            switch place {
            case .option(let code): "\(code)"
            case .nextServer: "siaddr"
            case .serverName: "sname"
            case .bootFile: "file"
            }
        return "\(name) \(value.written)"
    }
}

extension ValueTemplate {
    /// The value as the definition has it.
    fileprivate var written: String {
        switch self {
        case .text(let text, let nulTerminated): "`\(text)`\(nulTerminated ? " with a NUL" : "")"
        case .addresses(let addresses): addresses.map { "`\($0)`" }.joined(separator: " ")
        case .number(let number, _): "\(number)"
        case .numberOf(let name, let octets): "`\(name)` as \(octets) octet\(octets == 1 ? "" : "s")"
        case .octets(let octets): "`\(hexadecimal(octets))`"
        case .suboptions(let suboptions): "(\(suboptions.map { "\($0.code) \($0.value.written)" }.joined(separator: ", ")))"
        case .enterprise(let number, let suboptions):
            "of enterprise \(number) (\(suboptions.map { "\($0.code) \($0.value.written)" }.joined(separator: ", ")))"
        }
    }
}
