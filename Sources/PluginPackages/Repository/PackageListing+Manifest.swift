// SPDX-License-Identifier: GPL-3.0-or-later

public import JSONText
public import PhonePlugins

extension PackageListing {
    /// Lists a package.
    public init(_ manifest: PluginManifest, channel: PackageChannel, file: String, sums: FileSums) {
        id = manifest.id
        version = manifest.version
        self.channel = channel
        vendor = manifest.vendor
        descriptions = manifest.descriptions
        minimumProvd = manifest.minimumProvd
        self.file = file
        size = sums.size
        sha256 = sums.sha256
        capabilities = manifest.capabilities
    }
}

extension PluginManifest {
    /// What the models can do, by `Vendor, Model, Version`. What is not known is left out.
    public var capabilities: JSONObject {
        JSONObject(
            models.map { model in
                var capabilities = JSONObject()
                capabilities["type"] = (model.kind?.rawValue).map(JSONValue.string)
                capabilities["protocol"] = (model.signalling?.rawValue).map(JSONValue.string)
                capabilities["lines"] = model.lines.map(JSONValue.int)
                capabilities["function_keys"] = model.functionKeys.map(JSONValue.int)
                capabilities["expansion_modules"] = model.expansionModules.map(JSONValue.int)
                return ("\(vendor), \(model.name), \(model.version ?? "*")", .object(capabilities))
            })
    }
}
