// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import NetTypes

/// Executes the tests that a plugin brings: the samples of its patterns, and `tests/*.yml`.
public struct PluginTestRunner {
    private let plugin: Plugin
    private let catalog: PluginCatalog
    private let timeZone: @Sendable (String) -> TemplateTimeZone?
    private let updatesGoldenFiles: Bool
    private var report: PluginTestReport
    private var cases: [PluginRenderCase] = []

    /// Prepares the tests of a plugin.
    ///
    /// - Parameters:
    ///   - updatesGoldenFiles: Whether golden files that are missing or differ are written instead of reported.
    ///   - timeZone: Finds the rule of a time zone by name; see ``RenderContext/timeZone``.
    public init(
        _ plugin: Plugin, updatesGoldenFiles: Bool = false, timeZone: @escaping @Sendable (String) -> TemplateTimeZone? = { _ in nil }
    ) {
        self.plugin = plugin
        self.timeZone = timeZone
        self.updatesGoldenFiles = updatesGoldenFiles
        catalog = PluginCatalog(plugins: [plugin])
        report = PluginTestReport(plugin: plugin.id)
    }

    /// Runs all tests.
    public static func run(
        _ plugin: Plugin, updatesGoldenFiles: Bool = false, timeZone: @escaping @Sendable (String) -> TemplateTimeZone? = { _ in nil }
    ) -> PluginTestReport {
        var runner = PluginTestRunner(plugin, updatesGoldenFiles: updatesGoldenFiles, timeZone: timeZone)
        return runner.run()
    }

    /// The rendering tests of a plugin as its templates see them, for those who render them with another engine.
    ///
    /// Tests with a fault of their own are left out; ``run()`` reports them.
    public static func renderCases(
        of plugin: Plugin, timeZone: @escaping @Sendable (String) -> TemplateTimeZone? = { _ in nil }
    ) -> [PluginRenderCase] {
        var runner = PluginTestRunner(plugin, timeZone: timeZone)
        _ = runner.run()
        return runner.cases
    }

    /// Runs all tests.
    public mutating func run() -> PluginTestReport {
        for rule in plugin.manifest.patterns { runSamples(of: rule) }
        runParameters()
        let directory = plugin.directory + "/tests"
        guard PluginDirectory.exists(directory) else { return report }
        do {
            for name in try PluginDirectory.names(in: directory) where name.hasSuffix(".yml") { try runFile(directory, name) }
        } catch {
            report.record(error.place, "tests", "\(error.reason): \(error.remedy)")
        }
        return report
    }

    // MARK: Samples

    private mutating func runSamples(of rule: PatternRule) {
        for sample in rule.samples {
            var request = PhoneRequest(protocol: rule.protocol)
            request.set(rule.field, to: sample.text)
            request.mac = sample.gives[.mac].flatMap { MACAddress($0) }
            report.record(sample.place, "sample “\(sample.text)”", failure(of: rule, sample, request))
        }
    }

    private func failure(of rule: PatternRule, _ sample: PatternRule.Sample, _ request: PhoneRequest) -> String? {
        guard rule.pattern.match(sample.text) != nil else { return "the pattern “\(rule.pattern.text)” does not match it" }
        return Self.difference(catalog.identify(request).values, sample.gives)
    }

    /// What is told wrongly, or `nil` if everything is as expected.
    private static func difference(_ found: PhoneIdentity, _ expected: PhoneIdentity) -> String? {
        found == expected ? nil : "it gives \(found), not \(expected)"
    }

    // MARK: Parameters

    /// Every parameter of raw configurations is either used by a template or said to be unsupported, with a reason.
    private mutating func runParameters() {
        guard !plugin.manifest.models.isEmpty else { return }
        let place = PluginProblem.Place(file: plugin.directory + "/plugin.yml")
        let used: Set<String>
        do {
            used = try plugin.variablesOfTemplates()
        } catch {
            return report.record(error.place, "parameters", "\(error.reason): \(error.remedy)")
        }
        let unsupported = plugin.manifest.unsupportedParameters
        for name in RawConfigParameters.names {
            let isUsed = (RawConfigParameters.derived[name] ?? [name]).contains { used.contains($0) }
            let problem: String? =
                switch (isUsed, unsupported[name] != nil) {
                case (true, true): "it is said to be unsupported, yet a template uses it"
                case (false, false): "no template uses it: map it, or give the reason under parameters: unsupported:"
                default: nil
                }
            report.record(place, "parameter \(name)", problem)
        }
        for name in unsupported.keys.sorted() where !RawConfigParameters.names.contains(name) && !RawConfigParameters.nested.contains(where: { $0.name == name }) {
            report.record(place, "parameter \(name)", "there is no such parameter")
        }
    }

    // MARK: Test files

    private mutating func runFile(_ directory: String, _ name: String) throws(PluginProblem) {
        let path = directory + "/" + name
        let root = try ManifestReader.read(try PluginDirectory.read(path, limit: PluginLimits.testBytes), file: path, limit: PluginLimits.testBytes)
        let map = try root.mapping(keys: ["identify", "render"])
        for node in try map["identify"]?.list(limit: 10_000) ?? [] { runIdentify(node) }
        for node in try map["render"]?.list(limit: 10_000) ?? [] { runRender(node, directory) }
    }

    private mutating func runIdentify(_ node: ManifestNode) {
        do {
            let test = try IdentifyTest(node)
            let found = catalog.identify(test.request)
            report.record(node.place, "identify \(test.name)", Self.difference(found.values, test.expected) ?? levelProblem(found, test.level))
        } catch {
            report.record(error.place, "identify", "\(error.reason): \(error.remedy)")
        }
    }

    private func levelProblem(_ found: Identification, _ expected: SupportLevel?) -> String? {
        guard let expected else { return nil }
        let level: SupportLevel
        switch found.vendor?.lowercased() {
        case nil: level = .unknown
        case plugin.manifest.vendor.lowercased(): level = plugin.support(model: found.model, version: found.version).level
        default: level = .improbable
        }
        return level == expected ? nil : "its level is \(level), not \(expected)"
    }

    private mutating func runRender(_ node: ManifestNode, _ directory: String) {
        do {
            let test = try RenderTest(node, directory: directory)
            report.record(node.place, "render \(test.name)", try failure(of: test, directory))
        } catch {
            report.record(error.place, "render", "\(error.reason): \(error.remedy)")
        }
    }

    private mutating func failure(of test: RenderTest, _ directory: String) throws(PluginProblem) -> String? {
        let mac = test.context.device["mac"]?.string.flatMap { MACAddress($0) }
        guard let match = plugin.file(forPath: test.path, protocol: test.context.request.protocol, mac: mac) else {
            return "no file rule serves \(test.path)"
        }
        var context = test.context
        context.timeZone = timeZone
        let golden = try test.goldenPath(in: directory)
        let bytes: [UInt8]
        switch match.content {
        case .file(let file): bytes = try PluginDirectory.read(file.path, limit: PluginLimits.testBytes)
        case .template(let name):
            cases.append(PluginRenderCase(test: test, match: match, template: name, golden: golden, context: plugin.variables(match, context)))
            do {
                bytes = try plugin.render(match, context: context).bytes
            } catch {
                return test.mustFail ? nil : error.description
            }
        }
        if test.mustFail { return "it was rendered, although it must be refused" }
        guard let golden else { return test.problem(with: bytes, charset: match.rule.charset, golden: nil) }
        if updatesGoldenFiles {
            if let problem = test.problem(with: bytes, charset: match.rule.charset, golden: nil) { return problem }
            if try GoldenFile.update(golden, bytes) { report.noteUpdate(of: golden) }
            return nil
        }
        guard PluginDirectory.exists(golden) else {
            return "there is no golden file \(golden): write it with “provctl plugin test --update”, and read it before you keep it"
        }
        let expected = try PluginDirectory.read(golden, limit: PluginLimits.testBytes)
        return test.problem(with: bytes, charset: match.rule.charset, golden: (golden, expected))
    }
}
