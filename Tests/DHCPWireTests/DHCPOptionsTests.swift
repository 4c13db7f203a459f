// SPDX-License-Identifier: GPL-3.0-or-later

@testable import DHCPWire
import NetTypes
import Testing

@Suite("DHCP options")
struct DHCPOptionsTests {
    @Test("Padding is passed over and the end mark ends the options")
    func padding() throws {
        let options = try DHCPOptions(decoding: [0, 0, 53, 1, 1, 0, 12, 2, 65, 66, 255, 60, 200])
        #expect(options.codes == [53, 12])
        #expect(options.hostName == "AB")
    }

    @Test("The end mark may be missing")
    func missingEnd() throws {
        #expect(try DHCPOptions(decoding: [53, 1, 3]).messageType == .request)
        #expect(try DHCPOptions(decoding: []).isEmpty)
    }

    @Test("An option longer than the field is refused by its code")
    func truncated() {
        #expect(throws: DHCPWireError.truncated(field: "option 60", needed: 5, available: 2)) {
            try DHCPOptions(decoding: [60, 5, 65, 66])
        }
        #expect(throws: DHCPWireError.truncated(field: "the length of option 60", needed: 1, available: 0)) {
            try DHCPOptions(decoding: [60])
        }
    }

    @Test("Parts of an option read as one value, also with others between them")
    func splitOptions() throws {
        let options = try DHCPOptions(decoding: [43, 2, 1, 2, 53, 1, 1, 43, 1, 3, 255])
        #expect(options[43] == [1, 2, 3])
        #expect(options.codes == [43, 53])
        #expect(Array(options).map(\.code) == [43, 53])
    }

    @Test("A long value is written in parts of 255 octets", arguments: [0, 1, 254, 255, 256, 510, 511, 2000])
    func longValues(_ count: Int) throws {
        var packet = DHCPPacket(.bootRequest, from: phone, xid: 1)
        let value = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        packet.options = [DHCPOption(43, value), DHCPOption(53, [1])]
        let bytes = try packet.encoded(minimumLength: 0)
        let parts = max(1, (count + 254) / 255)
        #expect(bytes.count == 240 + count + 2 * parts + 3 + 1)
        #expect(try DHCPPacket(decoding: bytes[...]).options[43] == value[...])
    }

    @Test("Assigning replaces, nil removes, and padding and end are no options")
    func assignment() {
        var options: DHCPOptions = [DHCPOption(12, [1]), DHCPOption(60, [2])]
        options[12] = [3]
        #expect(options.codes == [60, 12])
        #expect(options[12] == [3])
        options[60] = nil
        #expect(options.codes == [12])
        options[.pad] = [1]
        options[.end] = [1]
        #expect(options.codes == [12])
    }

    @Test("An option with an empty value is there")
    func emptyValue() throws {
        let options = try DHCPOptions(decoding: [80, 0, 255])
        #expect(options.contains(.rapidCommit))
        #expect(options[.rapidCommit] == [])
        #expect(!options.contains(.hostName))
    }

    @Test("After any sequence of changes, every code reads as it was put there")
    func changes() throws {
        var generator = SeededGenerator(state: 21)
        for _ in 0..<50 {
            var options = DHCPOptions()
            var model: [UInt8: [UInt8]] = [:]
            for _ in 0..<40 {
                // Few codes of all four quarters, so that they meet again.
                let code = UInt8.random(in: 0..<8, using: &generator) * 36 + 1
                let value = randomText(0...300, using: &generator)
                switch UInt8.random(in: 0..<4, using: &generator) {
                case 0:
                    options[DHCPOptionCode(code)] = nil
                    model[code] = nil
                case 1:
                    options[DHCPOptionCode(code)] = value[...]
                    model[code] = value
                case 2:
                    options.append(DHCPOption(DHCPOptionCode(code), value))
                    model[code, default: []] += value
                default:
                    var bytes: [UInt8] = []
                    options.encode(into: &bytes)
                    options = try DHCPOptions(decoding: bytes[...])
                }
                for code in UInt8(1)...254 {
                    #expect(options[DHCPOptionCode(code)].map(Array.init) == model[code])
                    #expect(options.contains(DHCPOptionCode(code)) == (model[code] != nil))
                }
                #expect(options.codes.map(\.rawValue).sorted() == model.keys.sorted())
            }
        }
    }

    @Test("Lists are equal by values, not by order or parts")
    func equality() throws {
        let whole: DHCPOptions = [DHCPOption(12, [1, 2]), DHCPOption(60, [3])]
        #expect(try DHCPOptions(decoding: [60, 1, 3, 12, 1, 1, 12, 1, 2]) == whole)
        #expect(try DHCPOptions(decoding: [60, 1, 3, 12, 1, 1]) != whole)
    }

    @Test("Option 82 is written last and option 52 not at all")
    func writtenOrder() throws {
        var packet = DHCPPacket(.bootRequest, from: phone, xid: 1)
        packet.options = [DHCPOption(82, [1, 1, 9]), DHCPOption(52, [1]), DHCPOption(53, [1])]
        let bytes = try packet.encoded(minimumLength: 0)
        #expect(bytes.dropFirst(240) == [53, 1, 1, 82, 3, 1, 1, 9, 255])
    }

    @Test("Many parts of one option cost no more than their octets")
    func hostileParts() throws {
        // 65,507 octets, the longest datagram, full of the shortest parts.
        let field = Array((0..<21_000).map { [UInt8(43), 1, UInt8(truncatingIfNeeded: $0)] }.joined())
        let options = try DHCPOptions(decoding: field[...])
        #expect(options[43]?.count == 21_000)
        #expect(options.joined.count == 1)
    }
}

@Suite("Values of DHCP options")
struct DHCPOptionValueTests {
    @Test("Values of another form are named, not lost")
    func wrongForms() {
        let options: DHCPOptions = [
            DHCPOption(.requestedAddress, [1, 2, 3]), DHCPOption(.router, [1, 2, 3, 4, 5]), DHCPOption(.messageType, [77]),
            DHCPOption(.leaseTime, [1, 2, 3]), DHCPOption(.domainNameServer, []),
        ]
        #expect(throws: DHCPWireError.self) { try options.requestedAddress }
        #expect(throws: DHCPWireError.self) { try options.addresses(.router) }
        #expect(throws: DHCPWireError.self) { try options.messageType }
        #expect(throws: DHCPWireError.self) { try options.number(.leaseTime) }
        #expect(throws: DHCPWireError.self) { try options.addresses(.domainNameServer) }
        #expect(throws: Never.self) { try options.serverIdentifier }
        #expect(options[.messageType] == [77])
    }

    @Test("User classes in both forms")
    func userClass() {
        let list = DHCPUserClass(decoding: [3, 97, 98, 99, 1, 120])
        #expect(list.form == .list && list.texts == ["abc", "x"])
        for bare in ["iPXE", "sip-t46", ""] where !bare.isEmpty {
            let value = DHCPUserClass(decoding: ArraySlice(bare.utf8))
            #expect(value.form == .bare && value.texts == [bare])
        }
        #expect(DHCPUserClass(decoding: []).classes.isEmpty)
        #expect(DHCPUserClass(decoding: [0, 1, 65]).form == .bare, "RFC 3004 has no empty class")
    }

    @Test("Option 43 may have padding and an end mark inside; options 82 and 125 may not")
    func suboptionMarks() throws {
        let value: ArraySlice<UInt8> = [0, 1, 1, 65, 0, 2, 1, 66, 255, 9]
        let marked = try DHCPSuboptions(decoding: value, field: "option 43", marks: true)
        #expect(marked.entries.map(\.code) == [1, 2])
        #expect(throws: DHCPWireError.self) { try DHCPSuboptions(decoding: value, field: "option 82", marks: false) }
    }

    @Test("Text in option 43 is no list of sub-options, but can be read")
    func textIn43() {
        let options: DHCPOptions = [DHCPOption(43, "id:ipphone.mitel.com;sw_tftp=10.0.0.1".utf8)]
        #expect(throws: DHCPWireError.self) { try options.vendorSpecificInformation }
        #expect(options.text(43)?.hasPrefix("id:ipphone.mitel.com") == true)
    }

    @Test("Sub-options and vendors' data are written as they are read")
    func writing() throws {
        let suboptions = DHCPSuboptions([.init(1, [9]), .init(2, "url".utf8)])
        let read = try DHCPSuboptions(decoding: suboptions.encoded()[...], field: "x", marks: false)
        #expect(read == suboptions)
        let parts = [VendorIdentification(enterprise: 6889, data: [1, 2]), VendorIdentification(enterprise: 1, data: [])]
        let options: DHCPOptions = [DHCPOption(125, try VendorIdentification.encode(parts))]
        #expect(try options.vendorIdentifyingInformation == parts)
        #expect(throws: DHCPWireError.self) { try DHCPSuboptions([.init(1, [UInt8](repeating: 0, count: 256))]).encoded() }
    }

    @Test("Client identifiers: Ethernet, DUID, and others")
    func clientIdentifier() throws {
        #expect(try DHCPClientIdentifier(decoding: [1, 0, 0x15, 0x65, 0xAA, 0xBB, 0xCC]) == .mac(phone))
        #expect(try DHCPClientIdentifier(decoding: [255, 0, 0, 0, 7, 1, 2]) == .duid(interface: 7, identifier: [1, 2]))
        #expect(try DHCPClientIdentifier(decoding: [0, 65]) == .other(type: 0, [65]))
        #expect(throws: DHCPWireError.self) { try DHCPClientIdentifier(decoding: []) }
    }

    @Test("Names of option 81 as text and as labels")
    func fqdn() throws {
        #expect(try DHCPClientFQDN(decoding: [0, 0, 0, 97, 46, 98]).name == "a.b")
        #expect(try DHCPClientFQDN(decoding: [4, 0, 0, 1, 97, 1, 98, 0]).name == "a.b.")
        #expect(throws: DHCPWireError.self) { try DHCPClientFQDN(decoding: [4, 0, 0, 64]) }
        #expect(throws: DHCPWireError.self) { try DHCPClientFQDN(decoding: [0, 0]) }
    }
}
