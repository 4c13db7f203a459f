// SPDX-License-Identifier: GPL-3.0-or-later

public import NetTypes
public import PhonePlugins

/// A template of an administrator's own, which takes the place of a plugin's: for one device, for a model, or for all.
public struct OwnTemplate: Sendable, Hashable, CustomStringConvertible {
    /// For which devices it is taken. Of several the most special one counts.
    public enum Scope: Sendable, Hashable {
        /// All devices of the plugin.
        case base
        /// One model.
        case model(String)
        /// One device.
        case device(MACAddress)
    }

    /// The plugin.
    public let plugin: PluginID
    /// For which devices.
    public let scope: Scope
    /// The template's name below the plugin's `templates/`.
    public let name: String

    /// Describes a template.
    ///
    /// - Throws: ``AuthoringError`` for a name that leads out of its directory, or begins like that of a scope.
    public init(plugin: PluginID, scope: Scope, name: String) throws(AuthoringError) {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard !name.isEmpty, name.utf8.count <= 200, parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }),
            name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }), !["models", "devices", "stock"].contains(parts[0])
        else { throw AuthoringError("“\(name)” cannot name a template: write a name as below the plugin's templates/, such as device.cfg.j2") }
        if case .model(let model) = scope {
            guard !model.isEmpty, model != ".", model != "..", !model.contains("/"), model.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
                throw AuthoringError("“\(model)” is no model: write its name as the plugin lists it")
            }
        }
        self.plugin = plugin
        self.scope = scope
        self.name = name
    }

    /// Its place below the directory of all own templates.
    public var path: String {
        switch scope {
        case .base: "\(plugin)/\(name)"
        case .model(let model): "\(plugin)/models/\(model)/\(name)"
        case .device(let mac): "\(plugin)/devices/\(mac.compact)/\(name)"
        }
    }

    /// For which devices, in words.
    public var audience: String {
        switch scope {
        case .base: "all devices"
        case .model(let model): "model \(model)"
        case .device(let mac): "device \(mac)"
        }
    }

    public var description: String { "\(name) of \(plugin) for \(audience)" }

    /// What a path below the directory of all own templates names, or `nil` if it names none.
    init?(path: String) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 2, let plugin = PluginID(parts[0]) else { return nil }
        let scope: Scope
        let name: ArraySlice<String>
        switch parts[1] {
        case "models" where parts.count >= 4: (scope, name) = (.model(parts[2]), parts[3...])
        case "devices" where parts.count >= 4:
            guard let mac = MACAddress(parts[2]) else { return nil }
            (scope, name) = (.device(mac), parts[3...])
        default: (scope, name) = (.base, parts[1...])
        }
        do { self = try OwnTemplate(plugin: plugin, scope: scope, name: name.joined(separator: "/")) } catch { return nil }
    }
}
