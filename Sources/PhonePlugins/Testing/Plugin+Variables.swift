// SPDX-License-Identifier: GPL-3.0-or-later

import Jinja

extension Plugin {
    /// The variables that the plugin's own templates read, and the parameters that they read of `raw_config`.
    func variablesOfTemplates() throws(PluginProblem) -> Set<String> {
        var names: Set<String> = []
        for file in try packagedFiles(below: "templates").values {
            let source = String(decoding: try Plugin.bytes(of: file), as: UTF8.self)
            let survey: TemplateSurvey
            do {
                survey = try TemplateSurvey(of: source, name: file.path)
            } catch {
                throw PluginProblem(
                    place: .init(file: file.path, line: error.line, column: error.column), reason: error.message, remedy: "correct the template")
            }
            for variable in survey.variables {
                names.formUnion(variable.path.first == "raw_config" ? variable.path.prefix(2) : variable.path.prefix(1))
            }
        }
        return names
    }
}
