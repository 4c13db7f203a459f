// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import HTTPTypes
import JSONText
import Testing

@testable import ManagementAPI

@Suite("The description of /1.0")
struct DescriptionTests {
    @Test("It is served to whoever asks, and every reference in it leads somewhere")
    func references() async throws {
        let answer = try await APIClient().get("/1.0/openapi.json", headers: ["X-Auth-Token": nil])
        #expect(answer.status == 200 && answer.json["openapi"] == "3.1.0")
        let schemas = try #require(answer.json["components"]?["schemas"]?.object)
        #expect(schemas.count > 30)
        func check(_ value: JSONValue) {
            switch value {
            case .object(let object):
                for (name, member) in object {
                    if name == "$ref", let target = member.string {
                        let schema = target.split(separator: "/").last.map(String.init) ?? ""
                        #expect(schemas[schema] != nil, "\(target)")
                    }
                    check(member)
                }
            case .array(let elements): elements.forEach(check)
            default: break
            }
        }
        check(answer.json)
    }

    @Test("The tables of docs/api.md name every route, and none that is not there")
    func documents() async throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "docs/api.md"), encoding: .utf8)
        let section = try #require(text.components(separatedBy: "\n## /1.0\n").last?.components(separatedBy: "\n## /0.2\n").first)
        var named: Set<String> = []
        for line in section.split(separator: "\n") where line.hasPrefix("| ") {
            // As “GET, POST `/1.0/lines`; GET `/1.0/lines/{id}`”.
            for group in line.dropFirst(2).components(separatedBy: " | ").first?.components(separatedBy: "; ") ?? [] {
                let parts = group.split(separator: "`", omittingEmptySubsequences: false)
                let methods = parts.first?.split(whereSeparator: { ", ".contains($0) }) ?? []
                for path in parts.dropFirst().enumerated().filter({ $0.offset.isMultiple(of: 2) }).map(\.element) where path.hasPrefix("/1.0/") {
                    for method in methods { named.insert("\(method) \(path.prefix { $0 != "?" })") }
                }
            }
        }
        let routes = Set(try await APIClient().currentRoutes.map { "\($0.method) \($0.path)" }).subtracting(["GET /1.0/openapi.json"])
        #expect(named.subtracting(routes) == [], "not there")
        #expect(routes.subtracting(named) == [], "not in the tables")
    }

    @Test("Operations have names of their own")
    func names() async throws {
        let paths = try #require(try await APIClient().get("/1.0/openapi.json").json["paths"]?.object)
        let names = paths.flatMap { $0.1.object?.compactMap { $0.1["operationId"]?.string } ?? [] }
        #expect(names.count > 40 && Set(names).count == names.count)
    }

    @Test("Every route is described, and nothing else is")
    func completeness() async throws {
        let client = try await APIClient()
        let paths = try #require(try await client.get("/1.0/openapi.json").json["paths"]?.object)
        let described = Set(paths.flatMap { path, item in (item.object?.keys ?? []).map { "\($0.uppercased()) \(path)" } })
        let routes = Set(client.currentRoutes.map { "\($0.method) \($0.path)" })
        #expect(routes.subtracting(described) == ["GET /1.0/openapi.json"])
        #expect(described.subtracting(routes).isEmpty)
        #expect(client.currentRoutes.allSatisfy { $0.path.hasPrefix("/1.0/") })
    }

    @Test("Every schema is used, and every answer and body has one")
    func schemas() async throws {
        let client = try await APIClient()
        let document = try await client.get("/1.0/openapi.json").json
        let text = document.text(), names = document["components"]?["schemas"]?.object?.keys ?? []
        for name in names { #expect(text.contains("\"#/components/schemas/\(name)\""), "\(name)") }
        for route in client.currentRoutes where route.path != "/1.0/openapi.json" {
            let operation = try #require(route.operation, "\(route.method) \(route.path)")
            #expect(operation.status == 204 || operation.answer != nil || operation.answerType != nil, "\(route.path)")
            #expect(![.post, .put, .patch].contains(route.method) || operation.body != nil || operation.bodyType != nil, "\(route.path)")
        }
    }
}
