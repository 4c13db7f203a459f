// SPDX-License-Identifier: GPL-3.0-or-later

/// Why a template could not be loaded: it does not exist, its loader failed, or its source is wrong.
public indirect enum JinjaError: Error, Sendable, Hashable, CustomStringConvertible {
    /// No loader knows a template of this name.
    case templateNotFound(name: String)
    /// The loader knows the template and failed to read it, with the loader's own words.
    case loadFailed(name: String, reason: String)
    /// The source is not a template, or uses something outside the supported language.
    case syntax(JinjaSyntaxError)

    public var description: String {
        switch self {
        case .templateNotFound(let name): "template '\(name)' was not found"
        case .loadFailed(let name, let reason): "template '\(name)' could not be read: \(reason)"
        case .syntax(let error): error.description
        }
    }
}

/// A template's source is wrong: where, and what was expected there.
public struct JinjaSyntaxError: Error, Sendable, Hashable, CustomStringConvertible {
    private final class Storage: Sendable {
        let template: String
        let position: SourcePosition
        let message: String

        init(template: String, position: SourcePosition, message: String) {
            self.template = template
            self.position = position
            self.message = message
        }
    }

    private let storage: Storage

    init(template: String, line: Int, column: Int, message: String) {
        storage = Storage(template: template, position: SourcePosition(line: line, column: column), message: message)
    }

    /// The name under which the template was loaded.
    public var template: String { storage.template }
    /// The line, counted from 1.
    public var line: Int { storage.position.line }
    /// The column in Unicode scalars, counted from 1.
    public var column: Int { storage.position.column }
    /// What is wrong and what was expected.
    public var message: String { storage.message }

    public static func == (left: JinjaSyntaxError, right: JinjaSyntaxError) -> Bool {
        left.template == right.template && left.storage.position == right.storage.position && left.message == right.message
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(template)
        hasher.combine(storage.position)
        hasher.combine(message)
    }

    public var description: String { "\(template):\(line):\(column): \(message)" }
}

/// Rendering failed: what went wrong, in which template, at which line.
///
/// The error is one reference wide, so that the functions which may throw it stay cheap.
public struct JinjaRenderError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure, for callers that treat some of them apart.
    public enum Code: Sendable, Hashable {
        /// An undefined value was used in a way that needs a value.
        case undefined
        /// An operation does not exist for values of this type.
        case type
        /// A value is of the right type and cannot be used, such as an unknown format.
        case value
        /// An integer left the range of 64 bits, or a division was by zero.
        case arithmetic
        /// A bound of ``RenderLimits`` was reached.
        case limit
        /// The output format refused a value.
        case refusedValue
        /// An included, imported or extended template does not exist.
        case templateNotFound
        /// An included, imported or extended template could not be loaded.
        case template
        /// A filter, test or function of the host failed.
        case host
    }

    private final class Storage: Sendable {
        let code: Code
        let message: String
        let template: String?
        let position: SourcePosition

        init(code: Code, message: String, template: String?, position: SourcePosition) {
            self.code = code
            self.message = message
            self.template = template
            self.position = position
        }
    }

    private let storage: Storage

    private init(storage: Storage) { self.storage = storage }

    /// Makes an error that does not know its place yet; rendering adds it.
    ///
    /// Filters, tests and functions of the host may throw it too.
    public init(_ code: Code, _ message: String) {
        storage = Storage(code: code, message: message, template: nil, position: SourcePosition(line: 0, column: 0))
    }

    /// The kind of failure.
    public var code: Code { storage.code }
    /// What went wrong.
    public var message: String { storage.message }
    /// The name of the template, or an empty string while the place is unknown.
    public var template: String { storage.template ?? "" }
    /// The line, counted from 1; 0 while the place is unknown.
    public var line: Int { storage.position.line }
    /// The column, counted from 1; 0 while the place is unknown.
    public var column: Int { storage.position.column }

    public var description: String {
        storage.template == nil ? message : "\(template):\(line):\(column): \(message)"
    }

    /// The same error with a place, unless it already has one.
    func located(in template: String, at position: SourcePosition) -> JinjaRenderError {
        if storage.template != nil { return self }
        return JinjaRenderError(
            storage: Storage(code: storage.code, message: storage.message, template: template, position: position))
    }

    /// The same error with the place of an expression, unless it already has one.
    ///
    /// An error that comes out of another template has one, and then the position may be none of this code's.
    func located(in code: CompiledTemplate, expression: Int) -> JinjaRenderError {
        guard storage.template == nil, code.expressionPositions.indices.contains(expression) else { return self }
        return located(in: code.name, at: code.expressionPositions[expression])
    }

    /// The same error with the place of a statement, unless it already has one.
    func located(in code: CompiledTemplate, statement: Int) -> JinjaRenderError {
        guard storage.template == nil, code.statementPositions.indices.contains(statement) else { return self }
        return located(in: code.name, at: code.statementPositions[statement])
    }
}
