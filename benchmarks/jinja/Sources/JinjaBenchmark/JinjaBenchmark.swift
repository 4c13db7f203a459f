// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Jinja

/// Renders one template again and again, and prints each duration in nanoseconds on a line of its own.
///
/// Usage: JinjaBenchmark <template> <context.json> <count> <output>
@main
struct JinjaBenchmark {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 5, let count = Int(arguments[3]) else {
            throw Usage(text: "usage: JinjaBenchmark <template> <context.json> <count> <output>")
        }
        let template = URL(filePath: arguments[1])
        let folder = template.deletingLastPathComponent()
        let json = try JinjaValue(json: Array(Data(contentsOf: URL(filePath: arguments[2]))))
        guard let variables = json.dictValue else { throw Usage(text: "the context must be a JSON object") }
        let context = JinjaContext(variables)
        let tables = variables["tables"]?.dictValue ?? [:]
        let environment = JinjaEnvironment(loader: FolderLoader(folder: folder), lookups: ["from_table": tables])
        let compiled = try environment.template(named: template.lastPathComponent)

        try Data(compiled.render(context)).write(to: URL(filePath: arguments[4]))
        for _ in 0..<(count / 10) { _ = try compiled.render(context) }
        let clock = ContinuousClock()
        var durations: [Duration] = []
        for _ in 0..<count {
            durations.append(try clock.measure { _ = try compiled.render(context) })
        }
        for duration in durations { print(duration.components.attoseconds / 1_000_000_000) }
    }
}

struct Usage: Error, CustomStringConvertible {
    let text: String
    var description: String { text }
}

/// The templates of a folder; the benchmark is given trusted names only.
struct FolderLoader: TemplateLoader {
    let folder: URL

    func source(of name: String) throws -> String? {
        try? String(contentsOf: folder.appending(path: name), encoding: .utf8)
    }
}
