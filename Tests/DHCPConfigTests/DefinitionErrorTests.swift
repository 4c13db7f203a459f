// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@testable import DHCPConfig

/// Every kind of mistake in a definition is reported with its line.
struct DefinitionErrorTests {
    private static func definition(rule: String = "{vendor_class: x, source: s}", option: String = "{option: 66, text: \"{http_url}\", source: s}") -> String {
        """
        vendor: Test
        sources: {s: a book}
        families:
          - id: test
            recognise:
              - \(rule)
            deliver:
              http:
                - \(option)
        """
    }

    private func problems(_ text: String) -> String {
        do {
            _ = try catalog(text)
            return ""
        } catch {
            return "\(error)"
        }
    }

    @Test func aGoodDefinitionHasNoProblem() { #expect(problems(Self.definition()) == "") }

    @Test(arguments: [
        ("{vendor_class: x}", "test.yml:6: error: the rule has no “source”"),
        ("{vendor_class: x, source: t}", "test.yml:6: error: the source “t” is not listed"),
        ("{source: s}", "test.yml:6: error: the rule looks at nothing"),
        ("{vendor_clas: x, source: s}", "did you mean “vendor_class”?"),
        ("{vendor_class: \"{model}\", source: s}", "would match everything"),
        ("{oui: \"00:15\", source: s}", "is not the beginning of a hardware address"),
    ])
    func aBadRule(_ rule: String, _ message: String) {
        #expect(problems(Self.definition(rule: rule)).contains(message), "\(problems(Self.definition(rule: rule)))")
    }

    @Test(arguments: [
        ("{option: 0, text: a, source: s}", "write a number from 1 to 254"),
        ("{option: 66, source: s}", "exactly one value"),
        ("{option: 66, text: a, u8: 1, source: s}", "exactly one value"),
        ("{option: 66, text: \"{url}\", source: s}", "“{url}” is no site value"),
        ("{option: 66, text: \"{http_url\", source: s}", "no “}” after it"),
        ("{option: 66, addresses: [1.2.3], source: s}", "is not an IPv4 address"),
        ("{option: 66, u8: 256, source: s}", "does not fit in 1 octet"),
        ("{option: 66, text: \"\", source: s}", "the value is empty"),
        ("{option: 66, hex: 1, source: s}", "is not a row of octets"),
        ("{option: 43, suboptions: [{code: 255, text: a}], source: s}", "from 1 to 254"),
        ("{header: sname, text: a, source: s}", "it is not clear where the value goes"),
        ("{option: 66, text: a, maximum: 0, source: s}", "write a number from 1 to 255"),
    ])
    func aBadOption(_ option: String, _ message: String) {
        #expect(problems(Self.definition(option: option)).contains(message), "\(problems(Self.definition(option: option)))")
    }

    @Test func aFamilyIDMustBeUniqueAndPlain() throws {
        #expect(problems(Self.definition().replacing("id: test", with: "id: Test phones")).contains("becomes the name of a class"))
        let one = Self.definition()
        #expect(throws: ConfigError.self) { try VendorCatalog.load([("a", "a.yml", one), ("b", "b.yml", one)]) }
    }

    @Test func aValueThatIsTooLongForThePhoneIsAnError() throws {
        let text = Self.definition(option: "{option: 66, text: \"{http_url}\", maximum: 10, source: s}")
        let site = "provd: {address: 10.0.0.1}\nsubnets:\n  - {name: a, network: 10.0.0.0/24, ranges: 10.0.0.5-10.0.0.50}\n"
        #expect(throws: ConfigError.self) { try plan(site, catalog: catalog(text)) }
    }
}
