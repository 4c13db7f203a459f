// SPDX-License-Identifier: GPL-3.0-or-later

public import Jinja

/// A template by itself, rendered as Jinja2 renders it with its defaults: for people who hold existing templates against provd's engine.
///
/// Nothing is escaped, and no plugin is needed. Included, imported and extended templates are looked for in folders.
public struct LoneTemplate: Sendable {
    /// What a rendering may use. It is far more than a phone's file may, because a template may be compared that is meant for something else.
    public static let limits = RenderLimits(
        steps: 10_000_000, callDepth: 200, outputBytes: 64 << 20, stringBytes: 16 << 20, valueBytes: 512 << 20)
    /// The longest context in bytes.
    public static let maximumContextBytes = 64 << 20

    private let template: JinjaTemplate
    private let path: String
    private let folders: TemplateFolders

    /// Reads and compiles a template.
    ///
    /// - Parameters:
    ///   - path: The template's file, or the name of one in the folders.
    ///   - folders: Where other templates are looked for, in this order; the template's own folder if there are none.
    /// - Throws: ``AuthoringError`` with file, line and column.
    public init(path: String, folders: [String] = [], options: JinjaOptions = JinjaOptions()) throws(AuthoringError) {
        for folder in folders where !TextFile.isDirectory(folder) {
            throw AuthoringError("\(folder) is no directory: name a directory in which templates lie")
        }
        let named = TemplateFolders(folders)
        self.path = TextFile.isFile(path) ? path : named.path(of: path) ?? path
        self.folders = folders.isEmpty ? TemplateFolders([Self.folder(of: self.path)]) : named
        let source = try TextFile.read(self.path, limit: TemplateFolders.maximumBytes)
        let environment = JinjaEnvironment(loader: self.folders, options: options)
        do {
            template = try environment.template(source: source, name: self.path)
        } catch {
            throw AuthoringError(error.description)
        }
    }

    /// Renders the template.
    ///
    /// - Parameter context: The variables as a JSON object (RFC 8259).
    /// - Throws: ``AuthoringError`` with file, line and column.
    public func render(context: [UInt8] = Array("{}".utf8), limits: RenderLimits = Self.limits) throws(AuthoringError) -> [UInt8] {
        let variables: JinjaValue
        do {
            variables = try JinjaValue(json: context)
        } catch {
            throw AuthoringError("the context is not JSON: \(error)")
        }
        guard case .dict(let dict) = variables else { throw AuthoringError("the context is no JSON object: write {\"name\": value, …}") }
        do {
            return try template.render(JinjaContext(dict), limits: limits)
        } catch {
            throw AuthoringError("\(place(of: error)): \(error.message)" + (error.code == .limit ? "; no phone's file needs so much: correct the template" : ""))
        }
    }

    /// Reads a file with a context.
    public static func context(file: String) throws(AuthoringError) -> [UInt8] { try TextFile.bytes(file, limit: maximumContextBytes) }

    private func place(of error: JinjaRenderError) -> String {
        guard !error.template.isEmpty, error.template != path else { return error.line > 0 ? "\(path):\(error.line):\(error.column)" : path }
        return "\(folders.path(of: error.template) ?? error.template):\(error.line):\(error.column)"
    }

    private static func folder(of path: String) -> String { path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "." }
}
