// SPDX-License-Identifier: GPL-3.0-or-later

extension PluginCatalog {
    /// Loads every plugin below a directory: `<directory>/<plugin>/plugin.yml`, `<directory>/<family>/<level>/plugin.yml`, or the directory itself.
    ///
    /// A plugin with a fault is reported and left out; the others serve.
    ///
    /// - Parameter surroundings: Where downloaded files and an administrator's own templates lie.
    public static func load(
        directory: String, surroundings: PluginSurroundings = PluginSurroundings()
    ) -> (catalog: PluginCatalog, problems: [PluginProblem]) {
        var problems: [PluginProblem] = []
        var plugins: [Plugin] = []
        var seen: [PluginID: String] = [:]
        do {
            for path in try pluginDirectories(directory, depth: 0, &problems) {
                guard plugins.count < PluginLimits.plugins else {
                    problems.append(
                        PluginProblem(
                            place: .init(file: directory), reason: "more than \(PluginLimits.plugins) plugins", remedy: "remove those that are not used"))
                    break
                }
                do {
                    let plugin = try Plugin(directory: path, surroundings: surroundings)
                    problems += plugin.problems
                    if let other = seen.updateValue(path, forKey: plugin.id) {
                        problems.append(
                            PluginProblem(
                                plugin: plugin.id, place: .init(file: path + "/plugin.yml"), reason: "the id is also that of \(other)",
                                remedy: "remove one of the two, or give it another id"))
                    } else {
                        plugins.append(plugin)
                    }
                } catch {
                    problems.append(error)
                }
            }
        } catch {
            problems.append(error)
        }
        return (PluginCatalog(plugins: plugins), problems)
    }

    private static func pluginDirectories(
        _ directory: String, depth: Int, _ problems: inout [PluginProblem]
    ) throws(PluginProblem) -> [String] {
        if PluginDirectory.exists(directory + "/plugin.yml") { return [directory] }
        guard depth < 2 else { return [] }
        var found: [String] = []
        for name in try PluginDirectory.names(in: directory) {
            let path = directory + "/" + name
            guard PluginDirectory.isDirectory(path), !PluginDirectory.exists(path + "/common.yml") else { continue }
            let below = try pluginDirectories(path, depth: depth + 1, &problems)
            if below.isEmpty, depth == 0 {
                problems.append(
                    PluginProblem(place: .init(file: path), reason: "holds no plugin", remedy: "add a plugin.yml, or remove the directory"))
            }
            found += below
        }
        return found
    }
}
