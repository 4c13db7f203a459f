// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import PhonePlugins

/// Identifies requests of phones with more and more plugins installed, and prints the median CPU time of each.
///
/// Usage: IdentificationBenchmark <plugins directory> <rounds> <count of plugins>...
///
/// The first catalogue is the plugins of the directory; the others are that many plugins of manufacturers that do not exist,
/// each with patterns like those of real ones and prefixes of hardware addresses of its own. Rounds are interleaved.
@main
struct IdentificationBenchmark {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count > 3, let rounds = Int(arguments[2]) else {
            throw Usage(text: "usage: IdentificationBenchmark <plugins directory> <rounds> <count of plugins>...")
        }
        var cases = [Case(name: "shipped", catalog: try load(arguments[1]), requests: Case.yealinkRequests)]
        for count in arguments[3...].compactMap({ Int($0) }) {
            cases.append(Case(name: "made up", catalog: try catalog(of: count), requests: Case.madeUpRequests))
        }
        for index in cases.indices { cases[index].measure() }
        for index in cases.indices { cases[index].times = [] }
        for _ in 0..<rounds {
            for index in cases.indices { cases[index].measure() }
        }
        for measured in cases {
            let median = measured.times.sorted()[measured.times.count / 2]
            print("\(measured.name) \(measured.catalog.plugins.count) \(median)")
        }
    }

    private static func load(_ directory: String) throws -> PluginCatalog {
        let (catalog, problems) = PluginCatalog.load(directory: directory)
        if let problem = problems.first { throw Usage(text: "\(problem)") }
        return catalog
    }

    /// A catalogue of plugins that are written for it.
    private static func catalog(of count: Int) throws -> PluginCatalog {
        let folder = FileManager.default.temporaryDirectory.appending(path: "provd-identification-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        for number in 0..<count {
            let plugin = folder.appending(path: "plugin\(number)")
            try FileManager.default.createDirectory(at: plugin, withIntermediateDirectories: true)
            try Data(manifest(number).utf8).write(to: plugin.appending(path: "plugin.yml"))
        }
        return try load(folder.path)
    }

    private static func manifest(_ number: Int) -> String {
        // Prefixes of one manufacturer that is not registered: 0A:xx:xx is a locally administered address.
        let oui = "0a:\(number / 100 + 10):\(number % 100 + 10 > 99 ? number % 100 - 10 : number % 100 + 10)"
        let mac = "\(oui):12:34:56"
        let compact = mac.replacing(":", with: "")
        let vendor = "Maker\(number)"
        return """
            id: maker-\(number)
            version: 1.0.0
            vendor: \(vendor)
            description: {en: Phones of \(vendor)}
            models:
              P1: {lines: 2}
            patterns:
              http:
                - user_agent: "\(vendor) SIP-{model} {version} {mac}"
                  case: insensitive
                  claims: {vendor: \(vendor)}
                  samples: [{text: "\(vendor) SIP-P1 1.2.3 \(mac)", gives: {vendor: \(vendor), model: P1, version: 1.2.3, mac: "\(mac)"}}]
                - user_agent: "\(vendor) SIP-{model} {version}"
                  case: insensitive
                  claims: {vendor: \(vendor)}
                  samples: [{text: "\(vendor) SIP-P1 1.2.3", gives: {vendor: \(vendor), model: P1, version: 1.2.3}}]
                - path: "/{mac:lower}.cfg"
                  oui: [\"\(oui)\"]
                  claims: {vendor: \(vendor)}
                  samples: [{text: /\(compact).cfg, gives: {vendor: \(vendor), mac: "\(mac)"}}]
            support:
              - {model: listed, level: complete}
            """
    }

    struct Usage: Error, CustomStringConvertible {
        let text: String
        var description: String { text }
    }
}

/// A catalogue with the requests that are made to it.
private struct Case {
    static let yealinkRequests = (0..<100).map { number in
        let mac = "0015650abb" + String(format: "%02x", number)
        let colons = stride(from: 0, to: 12, by: 2).map { mac.dropFirst($0).prefix(2) }.joined(separator: ":")
        return PhoneRequest(protocol: .http, path: "/\(mac).cfg", userAgent: "Yealink SIP-T46S 66.86.0.15 \(colons)")
    }
    static let madeUpRequests = (0..<100).map { number in
        let tail = String(format: "%02x", number)
        return PhoneRequest(protocol: .http, path: "/0a10101234\(tail).cfg", userAgent: "Maker0 SIP-P1 66.86.0.15 0a:10:10:12:34:\(tail)")
    }

    let name: String
    let catalog: PluginCatalog
    let requests: [PhoneRequest]
    /// CPU time of one identification in microseconds, for each measurement.
    var times: [Double] = []

    mutating func measure() {
        let start = clock()
        for request in requests where catalog.identify(request).vendor == nil { print("not identified: \(request)") }
        times.append(Double(clock() - start) / Double(CLOCKS_PER_SEC) * 1e6 / Double(requests.count))
    }
}
