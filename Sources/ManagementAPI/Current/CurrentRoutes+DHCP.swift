// SPDX-License-Identifier: GPL-3.0-or-later

import DHCPConfig
import HTTPTypes
import JSONText
import NetTypes
import Provisioning

extension CurrentRoutes {
    /// What DHCP servers should say: the site file, configurations made of it, and what one phone would be told.
    var dhcp: [APIRoute] {
        let useCases = useCases
        return [
            APIRoute(.get, "/1.0/dhcp/site", "provd.dhcp.read") { _ in
                guard let text = try await Self.site(useCases).text() else { throw Self.noSite }
                return .ok(["text": .string(text)], DHCPSite.revision(of: text))
            }.described(APIOperation("The site file.", answer: "DHCPSite", revision: .shown)),
            APIRoute(.put, "/1.0/dhcp/site", "provd.dhcp.update") { request in
                let object = try Self.members(of: request.body, "a site file", known: ["text"])
                guard let text = try Self.text("text", in: object) else { throw APIError(.badRequest, "text is the site file", field: "text") }
                let site = try Self.site(useCases)
                if !request.namesRevision, try await site.text() != nil { throw APIError.revisionRequired }
                let findings = try await site.replace(with: text, expecting: request.expected)
                return .ok(["text": .string(text), "findings": .array(findings.map(JSONValue.string))], DHCPSite.revision(of: text))
            }.described(APIOperation("Check a site file and keep it.", body: "DHCPSiteDraft", answer: "DHCPSite", revision: .requiredIfThere)),
            APIRoute(.get, "/1.0/dhcp/generate/{server}", "provd.dhcp.read") { request in
                guard let platform = ServerPlatform(rawValue: request.parameter("server")) else {
                    throw APIError(.notFound, "the servers are \(ServerPlatform.allCases.map(\.rawValue).joined(separator: ", "))")
                }
                guard let (text, findings) = try await Self.site(useCases).configuration(for: platform) else { throw Self.noSite }
                return .ok(["text": .string(text), "findings": .array(findings.map(JSONValue.string))])
            }.described(
                APIOperation(
                    "The configuration for a DHCP server.", answer: "DHCPSite",
                    path: [.word("server", of: ServerPlatform.allCases.map(\.rawValue), "the server's software")])),
            APIRoute(.get, "/1.0/dhcp/explain", "provd.dhcp.read") { request in
                let mac = try Self.mac(request)
                let found = try await Self.site(useCases).explain(
                    mac: mac, vendorClass: request.query["vendor_class"], userClass: request.query["user_class"], subnet: request.query["subnet"])
                guard let (text, json) = found else { throw Self.noSite }
                return .ok(["text": .string(text), "explanation": json])
            }.described(
                APIOperation(
                    "What a phone would be told, and why.", answer: "DHCPExplanation",
                    query: [
                        .mac("mac", "its hardware address"), .text("vendor_class", "the vendor class that it sends"),
                        .text("user_class", "the user class that it sends"), .text("subnet", "the name of the subnet, if there are several"),
                    ])),
            APIRoute(.get, "/1.0/dhcp/families", "provd.dhcp.read") { _ in
                guard let advice = useCases.advice else { throw Self.noDefinitions }
                let families = advice.families.map { family -> JSONValue in
                    [
                        "id": .string(family.id), "vendor": .string(family.vendor), "title": .string(family.title),
                        "values": .array(advice.values(for: family.id).map(JSONValue.string)),
                    ]
                }
                return .ok(["families": .array(families), "servers": .array(ServerPlatform.allCases.map { .string($0.rawValue) })])
            }.described(
                APIOperation("The families of phones that DHCP can tell apart, what each must be sent, and the servers that can be configured.", answer: "DHCPFamilies")),
            APIRoute(.get, "/1.0/dhcp/families/{id}", "provd.dhcp.read") { request in
                guard let advice = useCases.advice else { throw Self.noDefinitions }
                guard let family = advice.families.first(where: { $0.id == request.parameter("id") }) else {
                    throw APIError(.notFound, "there is no such family: GET /1.0/dhcp/families lists them")
                }
                return .ok([
                    "family": .string(family.id), "values": .array(advice.values(for: family.id).map(JSONValue.string)),
                    "lines": .object(advice.lines(for: family.id)),
                ])
            }.described(APIOperation("What phones of a family must be sent, and the lines for each kind of server.", answer: "DHCPAdvice")),
            APIRoute(.get, "/1.0/dhcp/advice", "provd.dhcp.read") { request in
                guard let advice = useCases.advice else { throw Self.noDefinitions }
                guard let mac = try Self.mac(request) else { throw APIError(.badRequest, "name a phone's mac", field: "mac") }
                let found = advice.advice(mac: mac, vendor: request.query["vendor"])
                return .ok([
                    "family": found.map { .string($0.family) } ?? .null, "values": .array(found?.values.map(JSONValue.string) ?? []),
                    "lines": .object(found?.lines ?? [:]),
                ])
            }.described(
                APIOperation(
                    "What a DHCP server must send a phone so that it finds this appliance.", answer: "DHCPAdvice",
                    query: [.mac("mac", "its hardware address").required, .text("vendor", "its manufacturer, if known")])),
        ]
    }

    private static func mac(_ request: APIRequest) throws -> MACAddress? {
        guard let text = request.query["mac"] else { return nil }
        guard let mac = MACAddress(text) else { throw APIError(.badRequest, "a mac is written as 00:15:65:aa:bb:cc", field: "mac") }
        return mac
    }

    private static func site(_ useCases: ManagementUseCases) throws -> DHCPSite {
        guard let site = useCases.dhcpSite else { throw noDefinitions }
        return site
    }

    private static var noSite: APIError { APIError(.notFound, "there is no site file yet: PUT /1.0/dhcp/site") }
    private static var noDefinitions: APIError {
        APIError(.conflict, "the vendor definitions of DHCP are not loaded: set dhcp.definitions in provd.yml to their directory")
    }
}
