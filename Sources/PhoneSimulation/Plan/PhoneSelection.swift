// SPDX-License-Identifier: GPL-3.0-or-later

public import PhonePlugins

/// The models that are to be played, with what could not be made ready.
public struct PhoneSelection: Sendable {
    /// One model of one plugin.
    public struct Model: Sendable {
        /// How its phones boot.
        public let plan: BootPlan
        /// What reads their configuration; `nil` if there is no account in it: the phones then fetch their files, and no more.
        public let reader: AccountReader?
        /// Why their configuration cannot be read.
        public let limitation: String?
    }

    /// The models, in the order of the plugins' ids and lists.
    public private(set) var models: [Model] = []
    /// Models that cannot be played, and why.
    public private(set) var problems: [PlanProblem] = []

    /// Makes the models of families ready.
    ///
    /// - Parameters:
    ///   - families: Ids of plugins, their beginnings up to a hyphen, or vendors, whatever the case; `all` is every plugin.
    ///   - names: Models by name or alias; empty for all.
    ///   - transport: By what phones shall fetch files; `nil` for what their plugin has.
    public init(_ catalog: PluginCatalog, families: [String], models names: [String] = [], transport: PhoneProtocol? = nil) {
        let families = families.map { $0.lowercased() }
        let names = Set(names.map { $0.lowercased() })
        for plugin in catalog.plugins where families.contains(where: { Self.matches(plugin, $0) }) {
            let planner = BootPlanner(plugin, in: catalog)
            for model in plugin.manifest.models {
                guard names.isEmpty || ([model.name] + model.aliases).contains(where: { names.contains($0.lowercased()) }) else { continue }
                do throws(PlanProblem) {
                    let plan = try planner.plan(model, transport: transport)
                    models.append(Self.model(plan))
                } catch {
                    problems.append(error)
                }
            }
        }
    }

    private static func model(_ plan: BootPlan) -> Model {
        guard plan.model.signalling != .sccp else {
            return Model(plan: plan, reader: nil, limitation: "it speaks SCCP, and the simulator speaks SIP")
        }
        do throws(AccountProblem) {
            return Model(plan: plan, reader: try AccountReader(plan), limitation: nil)
        } catch {
            return Model(plan: plan, reader: nil, limitation: error.reason)
        }
    }

    private static func matches(_ plugin: Plugin, _ family: String) -> Bool {
        let id = plugin.id.text.lowercased()
        return family == "all" || family == id || id.hasPrefix(family + "-") || family == plugin.manifest.vendor.lowercased()
    }
}
