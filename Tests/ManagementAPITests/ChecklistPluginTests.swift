// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import Provisioning
import Testing

@testable import ManagementAPI

/// The part of wazo-provd's integration suite that is about plugins: over a socket, with what its client sends.
@Suite("What clients of wazo-provd rely on: plugins")
struct ChecklistPluginTests {
    private func run(_ body: @escaping @Sendable (_ main: WazoClient, _ bad: WazoClient, _ site: PluginSite) async throws -> Void) async throws {
        let site = try await PluginSite()
        try site.publish("1.0.0")
        #expect(try await site.addRepository().status == 201)
        try await RunningAPI.serve(site.client) { port in
            let main = WazoClient(port: port)
            let updated = try await main.post("/pg_mgr/install/update", [:])
            #expect(updated.status == 201 && updated.body.isEmpty)
            #expect(try await main.end(of: updated, below: "pg_mgr").hasPrefix("update|success"))
            try await body(main, main.with(token: "invalid-token"), site)
        }
    }

    private static let id = "acme-2"

    private func install(_ main: WazoClient) async throws {
        let begun = try await main.post("/pg_mgr/install/install", ["id": .string(Self.id)])
        #expect(begun.status == 201)
        #expect(try await main.end(of: begun, below: "pg_mgr").hasPrefix("install|success"))
    }

    @Test("install, uninstall")
    func installation() async throws {
        try await run { (main: WazoClient, bad: WazoClient, _: PluginSite) async throws -> Void in
            try await install(main)
            #expect(try await main.get("/pg_mgr/install/installed").json["pkgs"]?[Self.id] != nil)
            #expect(try await main.post("/pg_mgr/install/uninstall", ["id": .string(Self.id)]).status == 204)
            #expect(try await main.get("/pg_mgr/install/installed").json == ["pkgs": [:]])
            for action in ["install", "uninstall"] {
                #expect(try await main.post("/pg_mgr/install/\(action)", ["id": "invalid_plugin"]).status == 400)
                #expect(try await bad.post("/pg_mgr/install/\(action)", ["id": .string(Self.id)]).status == 401)
            }
        }
    }

    @Test("list_installed, list_installable, update")
    func lists() async throws {
        try await run { (main: WazoClient, bad: WazoClient, _: PluginSite) async throws -> Void in
            for name in ["installed", "installable"] {
                #expect(try await main.get("/pg_mgr/install/\(name)").json["pkgs"]?.object != nil)
                #expect(try await bad.get("/pg_mgr/install/\(name)").status == 401)
            }
            #expect(try await bad.post("/pg_mgr/install/update", [:]).status == 401)
        }
    }

    @Test("get, and who may know which plugins there are")
    func information() async throws {
        try await run { (main: WazoClient, bad: WazoClient, _: PluginSite) async throws -> Void in
            try await install(main)
            #expect(try await main.get("/pg_mgr/plugins/\(Self.id)/info").json["plugin_info"]?["capabilities"]?.object != nil)
            #expect(try await main.get("/pg_mgr/plugins").json["plugins"]?.object?.keys == [Self.id])
            #expect(try await main.get("/pg_mgr/plugins/invalid_plugin/info").status == 404)
            #expect(try await bad.get("/pg_mgr/plugins/\(Self.id)/info").status == 401)
            #expect(try await bad.get("/pg_mgr/plugins/invalid_plugin/info").status == 404)
        }
    }

    @Test("packages")
    func packages() async throws {
        try await run { (main: WazoClient, bad: WazoClient, _: PluginSite) async throws -> Void in
            try await install(main)
            let base = "/pg_mgr/plugins/\(Self.id)/install"
            for name in ["installed", "installable"] {
                #expect(try await main.get("\(base)/\(name)").json["pkgs"]?.object != nil)
                #expect(try await bad.get("\(base)/\(name)").status == 401)
                #expect(try await bad.get("/pg_mgr/plugins/invalid_plugin/install/\(name)").status == 404)
            }
            let installable = try await main.get("\(base)/installable").json["pkgs"]?.object?.keys ?? []
            #expect(!installable.isEmpty)
            for package in installable {
                let begun = try await main.post("\(base)/install", ["id": .string(package)])
                #expect(begun.status == 201 && begun.body.isEmpty)
                #expect(try await main.end(of: begun, below: "pg_mgr").hasPrefix("install_pkg|success(download|success"))
                #expect(try await bad.post("\(base)/install", ["id": .string(package)]).status == 401)
            }
            #expect(try await main.get("\(base)/installed").json["pkgs"]?.object?.keys == installable)
            // Its client asks for it and is refused, as by wazo-provd.
            #expect(try await main.post("\(base)/upgrade", ["id": "x"]).status == 404)
        }
    }

    @Test("A plugin server that is none: it is taken, the update begins, and fails")
    func wrongServer() async throws {
        try await run { (main: WazoClient, _: WazoClient, _: PluginSite) async throws -> Void in
            #expect(try await main.put("/configure/plugin_server", ["param": ["value": "http://127.0.0.1:1/nowhere"]]).status == 204)
            let begun = try await main.post("/pg_mgr/install/update", [:])
            #expect(begun.status == 201)
            #expect(try await main.end(of: begun, below: "pg_mgr").hasPrefix("update|fail"))
            #expect(try await main.put("/configure/plugin_server", ["param": ["value": nil]]).status == 204)
        }
    }
}
