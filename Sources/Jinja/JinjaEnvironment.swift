// SPDX-License-Identifier: GPL-3.0-or-later

import Synchronization

/// The templates of one place, with the filters, tests and functions that they can use.
///
/// A template is compiled when it is first asked for, and kept. Renderings may run at the same time.
public final class JinjaEnvironment: Sendable {
    /// A filter, test or function of the host: a pure function of its arguments, the first of which is the value.
    public typealias Function = @Sendable ([JinjaValue]) throws -> JinjaValue

    /// What the host adds to the language.
    struct Registry: Sendable {
        let filters: [String: HostFunction]
        let tests: [String: HostFunction]
        /// The tables of the filters that look values up.
        let lookups: [String: JinjaDict]
    }

    let loader: any TemplateLoader
    /// How templates are read.
    public let options: JinjaOptions
    let registry: Registry
    let globals: JinjaDict
    private let compiled = Mutex<[String: CompiledTemplate]>([:])

    /// Makes an environment.
    ///
    /// - Parameters:
    ///   - loader: Where templates come from.
    ///   - options: How templates are read.
    ///   - filters: More filters; one with a known name replaces the filter of the language.
    ///   - tests: More tests, whose result counts by its truth.
    ///   - lookups: More filters, each with its tables by name: `value | lookup('table')` is the table's entry for the text of
    ///     the value, else its entry `default`, else undefined.
    ///   - globals: Values that every template can see, under what its context has.
    public init(
        loader: any TemplateLoader,
        options: JinjaOptions = JinjaOptions(),
        filters: [String: Function] = [:],
        tests: [String: Function] = [:],
        lookups: [String: JinjaDict] = [:],
        globals: [String: JinjaValue] = [:]
    ) {
        self.loader = loader
        self.options = options
        var filters = filters
        for (name, tables) in lookups { filters[name] = JinjaDict.lookup(in: tables, filter: name) }
        registry = Registry(
            filters: filters.reduce(into: [:]) { $0[$1.key] = HostFunction(name: $1.key, body: $1.value) },
            tests: tests.reduce(into: [:]) { $0[$1.key] = HostFunction(name: $1.key, body: $1.value) },
            lookups: lookups)
        var known = JinjaDict(BuiltinFunction.allCases.map { ($0.rawValue, .object(JinjaObject(.builtin($0)))) })
        for (name, value) in globals { known[name] = value }
        self.globals = known
    }

    /// The template of a name, compiled now if it was not before.
    ///
    /// - Throws: ``JinjaError`` when there is none, or its source is wrong.
    public func template(named name: String) throws(JinjaError) -> JinjaTemplate {
        JinjaTemplate(environment: self, code: try code(named: name))
    }

    /// A template from its source, which other templates cannot refer to.
    ///
    /// - Throws: ``JinjaSyntaxError`` when the source is wrong.
    public func template(source: String, name: String = "<template>") throws(JinjaSyntaxError) -> JinjaTemplate {
        JinjaTemplate(
            environment: self,
            code: try Compiler.compile(source, name: name, options: options, environment: registry))
    }

    /// Forgets all compiled templates, so that the loader is asked again.
    public func removeCompiledTemplates() { compiled.withLock { $0.removeAll() } }

    func code(named name: String) throws(JinjaError) -> CompiledTemplate {
        if let known = compiled.withLock({ $0[name] }) { return known }
        let source: String?
        do {
            source = try loader.source(of: name)
        } catch {
            throw .loadFailed(name: name, reason: "\(error)")
        }
        guard let source else { throw .templateNotFound(name: name) }
        let code: CompiledTemplate
        do {
            code = try Compiler.compile(source, name: name, options: options, environment: registry)
        } catch {
            throw .syntax(error)
        }
        compiled.withLock { $0[name] = code }
        return code
    }
}
