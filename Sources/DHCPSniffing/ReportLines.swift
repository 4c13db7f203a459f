// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes
import ProvModel

/// Writes reports as provd reads them and people print them: one line of JSON each (RFC 8259).
///
/// Written by hand, because this is what a busy capture costs most: a general encoder takes ten times as long. Members
/// come in one order, so that equal reports make equal lines, and absent values are left out.
struct ReportLines {
    /// The lines so far, each with its newline, of which JSON lets none stand inside.
    private(set) var bytes: [UInt8] = []
    private var isFirstMember = true

    /// Octets of an ordinary line.
    private static let ordinaryLength = 512

    /// Makes room for some reports.
    init(of reports: [DHCPReport] = []) {
        bytes.reserveCapacity(reports.count * Self.ordinaryLength)
        for report in reports { append(report) }
    }

    /// Adds a line.
    mutating func append(_ report: DHCPReport) {
        open()
        switch report {
        case .observation(let observation): members(of: observation)
        case .problem(let problem): members(of: problem)
        case .statistics(let statistics): members(of: statistics)
        }
        close()
        bytes.append(UInt8(ascii: "\n"))
    }

    private mutating func members(of observation: DHCPObservation) {
        member("observer", observation.observer.rawValue)
        member("time", observation.time)
        member("type", observation.type.rawValue)
        member("mac", observation.mac)
        member("ip", observation.ip)
        member("server", observation.server)
        member("relay", observation.relay)
        member("circuit_id", observation.circuitID)
        member("remote_id", observation.remoteID)
        member("interface", observation.interface)
        member("vlan", observation.vlan)
        member("vendor_class", observation.vendorClass)
        member("user_class", observation.userClass)
        member("hostname", observation.hostname)
        member("client_id", observation.clientID)
        member("fqdn", observation.fqdn)
        member("architectures", observation.architectures)
        member("vendor_classes", observation.vendorClasses)
        member("vendor_options", observation.vendorOptions)
        member("parameter_request_list", observation.parameterRequestList)
        member("provisioning_options", observation.provisioningOptions)
        if let fields = observation.headerFields {
            name("header_fields")
            list(fields) { $0.value($1.rawValue) }
        }
        if let recognition = observation.recognition {
            name("recognition")
            open()
            member("vendor", recognition.vendor)
            member("model", recognition.model)
            member("version", recognition.version)
            member("family", recognition.family)
            member("basis", recognition.basis)
            close()
        }
        name("repeats")
        number(observation.repeats)
    }

    private mutating func members(of problem: DHCPProblemReport) {
        member("problem", problem.problem.rawValue)
        member("time", problem.time)
        member("mac", problem.mac)
        member("ip", problem.ip)
        member("server", problem.server)
        member("relay", problem.relay)
        member("interface", problem.interface)
        member("vlan", problem.vlan)
        member("family", problem.family)
        member("wanted_options", problem.wantedOptions)
        member("text", problem.text)
        member("remedy", problem.remedy)
    }

    private mutating func members(of statistics: ObserverStatistics) {
        member("statistics", statistics.source)
        member("time", statistics.time)
        member("frames", statistics.frames)
        member("messages", statistics.messages)
        member("malformed", statistics.malformed)
        member("dropped", statistics.dropped)
        member("unsent", statistics.unsent)
    }

    // MARK: - Members

    private mutating func open() {
        bytes.append(UInt8(ascii: "{"))
        isFirstMember = true
    }

    private mutating func close() {
        bytes.append(UInt8(ascii: "}"))
        isFirstMember = false
    }

    private mutating func name(_ name: StaticString) {
        if !isFirstMember { bytes.append(UInt8(ascii: ",")) }
        isFirstMember = false
        bytes.append(UInt8(ascii: "\""))
        name.withUTF8Buffer { unsafe bytes.append(contentsOf: $0) }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }

    private mutating func member(_ name: StaticString, _ text: String?) {
        guard let text else { return }
        self.name(name)
        value(text)
    }

    private mutating func member(_ name: StaticString, _ time: Double) {
        self.name(name)
        // JSON knows no infinity; a clock that shows it tells nothing.
        bytes.append(contentsOf: (time.isFinite ? time : 0).description.utf8)
    }

    private mutating func member(_ name: StaticString, _ count: UInt64) {
        self.name(name)
        number(count)
    }

    private mutating func member(_ name: StaticString, _ number: UInt16?) {
        guard let number else { return }
        self.name(name)
        self.number(number)
    }

    private mutating func member(_ name: StaticString, _ numbers: [some BinaryInteger]?) {
        guard let numbers else { return }
        self.name(name)
        list(numbers) { $0.number($1) }
    }

    private mutating func member(_ name: StaticString, _ values: [DHCPObservation.VendorValue]?) {
        guard let values else { return }
        self.name(name)
        list(values) { lines, value in
            lines.open()
            lines.name("enterprise")
            lines.number(value.enterprise)
            if let code = value.code {
                lines.name("code")
                lines.number(code)
            }
            lines.member("value", value.value)
            lines.close()
        }
    }

    private mutating func member(_ name: StaticString, _ address: IPv4Address?) {
        guard let address else { return }
        self.name(name)
        bytes.append(UInt8(ascii: "\""))
        for index: UInt32 in 0..<4 {
            if index > 0 { bytes.append(UInt8(ascii: ".")) }
            number(UInt8(truncatingIfNeeded: address.bits >> (24 - 8 * index)))
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func member(_ name: StaticString, _ mac: MACAddress) {
        self.name(name)
        bytes.append(UInt8(ascii: "\""))
        for index: UInt64 in 0..<6 {
            if index > 0 { bytes.append(UInt8(ascii: ":")) }
            hexadecimal(UInt8(truncatingIfNeeded: mac.bits >> (40 - 8 * index)))
        }
        bytes.append(UInt8(ascii: "\""))
    }

    // MARK: - Values

    private mutating func list<Element>(_ elements: [Element], _ write: (inout Self, Element) -> Void) {
        bytes.append(UInt8(ascii: "["))
        for (index, element) in elements.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            write(&self, element)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    private mutating func number(_ number: some BinaryInteger) {
        guard let small = UInt16(exactly: number) else { return bytes.append(contentsOf: String(number).utf8) }
        var divisor: UInt16 = 10_000
        while divisor > 1, small < divisor { divisor /= 10 }
        while divisor > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: small / divisor % 10))
            divisor /= 10
        }
    }

    private mutating func hexadecimal(_ octet: UInt8) {
        bytes.append(Self.digit(octet >> 4))
        bytes.append(Self.digit(octet & 15))
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10 }

    private mutating func value(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        defer { bytes.append(UInt8(ascii: "\"")) }
        // Nearly every text is as it is, and copied at once.
        let isPlain = !text.utf8.contains { $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }
        guard !isPlain else { return bytes.append(contentsOf: text.utf8) }
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0..<0x20:
                bytes.append(contentsOf: "\\u00".utf8)
                hexadecimal(byte)
            default:
                bytes.append(byte)
            }
        }
    }
}
