// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import JSONText
import PhonePlugins
import PhoneSimulation
import Testing

@Suite("Reading accounts in configurations")
struct AccountReaderTests {
    @Test("The golden files of all plugins hold the account that they were rendered with")
    func goldenFiles() throws {
        var read: Set<String> = []
        for plugin in RepositoryPlugins.catalog.plugins {
            for test in PluginTestRunner.renderCases(of: plugin) where test.rule.isTrigger && !test.mustFail {
                guard let golden = test.golden, let line = test.context["lines"]?.array?.first, line["position"]?.int == 1,
                    let user = text(line["username"]), !user.isEmpty, let password = text(line["password"]),
                    let name = text(test.context["model"]?["name"]),
                    let reader = RepositoryPlugins.all.models.first(where: { $0.plan.plugin.id == plugin.id && $0.plan.model.name == name })?.reader
                else { continue }
                let bytes = [UInt8](try Data(contentsOf: URL(filePath: golden)))
                let what = "\(plugin.id) \(test.name)"
                let transport = text(test.context["sip_transport"]) ?? "udp"
                let host = text(line["registrar_ip"]) ?? text(line["proxy_ip"]) ?? text(test.context["sip_registrar_ip"])
                do {
                    let account = try reader.account(in: bytes)
                    // A display name or password that was chosen to break out of its place is not what is looked for here.
                    guard password.allSatisfy({ $0.isLetter || $0.isNumber }) else { continue }
                    #expect(account.user == user, "\(what)")
                    #expect(account.password == password, "\(what)")
                    #expect(account.authUser == text(line["auth_username"]) ?? user, "\(what)")
                    #expect(account.host == host || account.host == text(line["proxy_ip"]), "\(what)")
                    if reader.namesPort, let port = line["proxy_port"]?.int, line["registrar_port"]?.int ?? port == port {
                        #expect(Int(account.port) == port, "\(what)")
                    }
                    read.insert(plugin.id.text)
                } catch {
                    #expect(transport != "udp" || host == nil, "\(what): \(error)")
                }
            }
        }
        let readable = Set(RepositoryPlugins.all.models.filter { $0.reader != nil }.map(\.plan.plugin.id.text))
        #expect(readable.subtracting(read).count <= 2, "no golden file of these was read: \(readable.subtracting(read))")
    }

    @Test("What is no configuration, or half of one, is an error and no account of somebody else")
    func damaged() throws {
        var random = SystemRandomNumberGenerator()
        for (plugin, name, golden) in [
            ("yealink-v86", "T46S", "yealink/v86/tests/golden/autoprov-t46s.cfg"), ("cisco-spa-7.5.5", "SPA301", "cisco-spa/7.5.5/tests/golden/autoprov-spa301.xml"),
        ] {
            let reader = try #require(try RepositoryPlugins.model(plugin, name).reader)
            let whole = [UInt8](try Data(contentsOf: URL(filePath: RepositoryPlugins.directory + "/" + golden)))
            let account = try reader.account(in: whole)
            for length in stride(from: 0, to: whole.count, by: 97) {
                guard let partial = try? reader.account(in: Array(whole.prefix(length))) else { continue }
                #expect(account.user.hasPrefix(partial.user))
            }
            for _ in 0..<50 { _ = try? reader.account(in: (0..<500).map { _ in UInt8.random(in: 0...255, using: &random) }) }
            #expect(throws: AccountProblem.self) { try reader.account(in: Array("<html>busy</html>".utf8)) }
        }
    }

    private func text(_ value: JSONValue?) -> String? { value?.string ?? value?.int.map(String.init) }
}
