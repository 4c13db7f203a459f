// SPDX-License-Identifier: GPL-3.0-or-later

public import JSONText
public import ProvModel

/// Config documents and how they inherit from one another.
public struct ConfigTree: Sendable, Equatable {
    private let configs: [ConfigID: Config]

    /// How many ancestors one config may have. Real trees have three; the bound keeps a made one from costing time.
    public static let maximumAncestors = 256

    /// Makes a tree of the configs that a look-up brings, starting at one of them.
    ///
    /// Parents that do not exist are left out, as inheritance skips them.
    public init(root: ConfigID, _ lookUp: (ConfigID) throws -> Config?) rethrows {
        var found: [ConfigID: Config] = [:]
        var waiting = [root]
        while let id = waiting.popLast(), found.count < Self.maximumAncestors {
            guard found[id] == nil, let config = try lookUp(id) else { continue }
            found[id] = config
            waiting.append(contentsOf: config.parents)
        }
        configs = found
    }

    /// Makes a tree of the configs that a repository has, starting at one of them.
    public init(root: ConfigID, in repository: some ConfigRepository) async throws(StoreError) {
        var found: [ConfigID: Config] = [:]
        var waiting = [root]
        while let id = waiting.popLast(), found.count < Self.maximumAncestors {
            guard found[id] == nil, let config = try await repository.config(id) else { continue }
            found[id] = config
            waiting.append(contentsOf: config.parents)
        }
        configs = found
    }

    /// The effective parameters of a config: the base, then its ancestors depth first in the order of `parent_ids`,
    /// then its own, each laid over what came before. A config counts once, where it is first met, so that a cycle
    /// is harmless.
    ///
    /// - Returns: `nil` if there is no such config.
    public func flattened(_ id: ConfigID, base: JSONObject) -> JSONObject? {
        layers(of: id)?.reduce(base) { $0.merged(with: $1.rawConfig) }
    }

    /// A config and its ancestors in the order in which they are laid over one another, or `nil` if there is no such config.
    func layers(of id: ConfigID) -> [Config]? {
        guard let config = configs[id] else { return nil }
        var layers: [Config] = []
        var visited: Set<ConfigID> = [id]
        addAncestors(of: config, to: &layers, visited: &visited)
        return layers + [config]
    }

    private func addAncestors(of config: Config, to layers: inout [Config], visited: inout Set<ConfigID>) {
        for parent in config.parents {
            guard let ancestor = configs[parent], visited.insert(parent).inserted else { continue }
            addAncestors(of: ancestor, to: &layers, visited: &visited)
            layers.append(ancestor)
        }
    }
}
