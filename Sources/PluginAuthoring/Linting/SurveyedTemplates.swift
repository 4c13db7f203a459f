// SPDX-License-Identifier: GPL-3.0-or-later

import Jinja
import PhonePlugins

/// The templates of a plugin as their sources tell of them.
struct SurveyedTemplates {
    /// One template with its file.
    struct Template {
        let path: String
        let survey: TemplateSurvey

        func place(_ place: TemplateSurvey.Place) -> PluginProblem.Place { .init(file: path, line: place.line, column: place.column) }
    }

    /// The templates by name.
    let templates: [String: Template]

    init(_ plugin: Plugin) throws(PluginProblem) {
        var templates: [String: Template] = [:]
        for (name, file) in try plugin.packagedFiles(below: "templates") {
            let source = String(decoding: try Plugin.bytes(of: file), as: UTF8.self)
            do {
                templates[name] = Template(path: file.path, survey: try TemplateSurvey(of: source, name: file.path))
            } catch {
                throw PluginProblem(
                    place: .init(file: file.path, line: error.line, column: error.column), reason: error.message, remedy: "correct the template")
            }
        }
        self.templates = templates
    }

    /// A template and all that it needs, as far as their names stand in the sources.
    ///
    /// - Returns: The names, and whether some template computes the name of another, so that any might be needed.
    func closure(of name: String) -> (names: [String], isOpen: Bool) {
        var found: [String] = []
        var isOpen = false
        var waiting = [name]
        while let next = waiting.popLast() {
            guard !found.contains(next), let template = templates[next] else { continue }
            found.append(next)
            for reference in template.survey.references {
                if reference.names.isEmpty { isOpen = true }
                waiting += reference.names
            }
        }
        return (found, isOpen)
    }
}
