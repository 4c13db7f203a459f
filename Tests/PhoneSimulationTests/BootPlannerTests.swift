// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import NetTypes
import PhonePlugins
import PhoneSimulation
import Testing

/// The plugins of the repository.
enum RepositoryPlugins {
    static let directory =
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../plugins").standardizedFileURL.path
    static let catalog = PluginCatalog.load(directory: directory).catalog
    /// Ready once for all tests: there are hundreds of models.
    static let all = PhoneSelection(catalog, families: ["all"])

    static func model(_ plugin: String, _ name: String) throws -> PhoneSelection.Model {
        try #require(all.models.first { $0.plan.plugin.id.text == plugin && $0.plan.model.name == name })
    }
}

@Suite("Plans of booting phones")
struct BootPlannerTests {
    /// Radio bases that a manager tells what to do: their own configuration holds no account.
    private static let withoutAccount = ["W75B", "W80B", "W90B"]

    @Test("Every model of every plugin boots, and but for those without a SIP account its configuration can be read")
    func everyModel() {
        let all = RepositoryPlugins.all
        #expect(all.models.count > 400)
        // Gigaset's bases that are set up by hand fetch nothing.
        #expect(all.problems.allSatisfy { $0.name.hasPrefix("gigaset-c ") }, "\(all.problems)")
        for model in all.models where model.reader == nil {
            #expect(model.plan.model.signalling == .sccp || Self.withoutAccount.contains(model.plan.model.name), "\(model.plan.name): \(model.limitation ?? "")")
        }
        for model in all.models {
            let plan = model.plan
            #expect(plan.steps.last?.isNeeded == true && plan.steps.last?.path.namesPhone == true, "\(plan.name)")
            #expect(plan.steps.dropLast().allSatisfy { !$0.isNeeded }, "\(plan.name)")
            #expect(Set(plan.steps.map(\.path)).count == plan.steps.count, "\(plan.name)")
        }
    }

    @Test("provd takes a phone for what it plays: its vendor, its address, and its model where its requests name it")
    func recognised() {
        for model in RepositoryPlugins.all.models {
            let plan = model.plan
            let mac = plan.address(of: 0xABCDE)
            for step in plan.steps {
                let request = PhoneRequest(protocol: plan.transport, path: step.path.text(for: mac), userAgent: plan.userAgent?.text(for: mac))
                let found = RepositoryPlugins.catalog.identify(request)
                #expect(found.mac == mac && (found.vendor ?? plan.plugin.manifest.vendor) == plan.plugin.manifest.vendor, "\(plan.name): \(request)")
                #expect(found.model == nil || found.model == plan.model.name, "\(plan.name): \(request)")
            }
        }
    }

    @Test("A phone asks for its files in its plugin's order, under its maker's names, and as its model")
    func yealink() throws {
        let plan = try RepositoryPlugins.model("yealink-v86", "T46S").plan
        let mac = plan.address(of: 0x0ABB01)
        #expect(mac.description == "00:15:65:0a:bb:01")
        #expect(plan.userAgent?.text(for: mac) == "Yealink SIP-T46S 66.86.0.15 00:15:65:0a:bb:01")
        #expect(plan.steps.last?.path.text(for: mac) == "/0015650abb01.cfg")
        #expect(plan.steps.map { $0.path.text(for: mac) }.contains("/0015650abb01.boot"))
        #expect(plan.transport == .http)
    }

    @Test("A phone whose plugin knows only TFTP uses it, and names that spell an address are spelt")
    func zenitel() throws {
        let plan = try RepositoryPlugins.model("zenitel-ipst", "IP station").plan
        #expect(plan.transport == .tftp && plan.userAgent == nil)
        #expect(plan.steps.last?.path.text(for: plan.address(of: 0x0ABBCC)) == "/ipst_config_00_13_cb_0a_bb_cc.cfg")
    }

    @Test("Families are chosen by vendor, by plugin and by the beginning of its id; models by name")
    func selection() {
        func ids(_ families: [String], _ models: [String] = []) -> Set<String> {
            Set(PhoneSelection(RepositoryPlugins.catalog, families: families, models: models).models.map(\.plan.plugin.id.text))
        }
        #expect(ids(["yealink-v86"], ["T46S", "t54w"]) == ["yealink-v86"])
        #expect(ids(["Cisco"], ["SPA504G"]) == ["cisco-spa-7.5.5"])
        #expect(ids(["snom-dect", "zenitel"]) == ["snom-dect-5.20", "snom-dect-7.40", "zenitel-ipst"])
        #expect(ids(["nobody"]).isEmpty)
    }

    @Test("A text names another phone in the notation that it names its own in")
    func addressedText() throws {
        let mac = try #require(MACAddress("00:15:65:5a:bc:de"))
        let other = try #require(MACAddress("80:5e:c0:00:00:0a"))
        for (text, expected) in [
            ("/0015655abcde.cfg", "/805ec000000a.cfg"), ("/0015655ABCDE.xml", "/805EC000000A.xml"), ("A 00:15:65:5a:bc:de", "A 80:5e:c0:00:00:0a"),
            ("MAC:00-15-65-5A-BC-DE V", "MAC:80-5E-C0-00-00-0A V"), ("c_00_15_65_5a_bc_de", "c_80_5e_c0_00_00_0a"),
        ] {
            let addressed = AddressedText(text, of: mac)
            #expect(addressed.namesPhone && addressed.text(for: other) == expected && addressed.text(for: mac) == text)
        }
        #expect(!AddressedText("/common.cfg", of: mac).namesPhone)
    }
}
