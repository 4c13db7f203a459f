// SPDX-License-Identifier: GPL-3.0-or-later

internal import Yams

/// Answers as people write them: on the command line, in an answers file, or at the terminal.
public struct SetupSheet: Sendable, Equatable {
    /// The longest answers file that is read, in characters.
    private static let maximumLength = 65_536

    private var answers: [SetupKey: String] = [:]

    /// A sheet on which nothing is written.
    public init() {}

    /// The answer to a question, or `nil`.
    public subscript(key: SetupKey) -> String? {
        get { answers[key] }
        set { answers[key] = newValue }
    }

    /// This sheet, where another one says nothing.
    public func merging(_ newer: SetupSheet) -> SetupSheet {
        var sheet = self
        sheet.answers.merge(newer.answers) { $1 }
        return sheet
    }

    /// Reads an answers file: a YAML mapping of ``SetupKey``s.
    ///
    /// - Throws: `SetupProblem` for text that is no such mapping, with the line.
    public init(yaml text: String) throws(SetupProblem) {
        guard text.unicodeScalars.count <= Self.maximumLength else {
            throw SetupProblem("the answers are longer than \(Self.maximumLength) characters: write one line for each answer")
        }
        let node: Node?
        do {
            node = try Yams.compose(yaml: text)
        } catch {
            throw SetupProblem("the answers are no YAML: \(error)")
        }
        guard let node else { return }
        guard case .mapping(let mapping) = node else { throw SetupProblem("the answers are no mapping: write lines such as “interface: eth0”") }
        for (keyNode, value) in mapping {
            let place = keyNode.mark.map { "line \($0.line): " } ?? ""
            guard let name = keyNode.string, let key = SetupKey(rawValue: name) else {
                let known = SetupKey.allCases.map(\.rawValue).joined(separator: ", ")
                throw SetupProblem("\(place)“\(keyNode.string ?? "?")” is no answer that can be given: there are \(known)")
            }
            guard let text = Self.text(value) else { throw SetupProblem("\(place)\(name) is neither a text nor a list of texts") }
            guard answers[key] == nil else { throw SetupProblem("\(place)\(name) is answered twice") }
            answers[key] = text
        }
    }

    /// The sheet as an answers file.
    public var yaml: String {
        SetupKey.allCases.compactMap { key in answers[key].map { "\(key.rawValue): \(Self.quoted($0))\n" } }.joined()
    }

    private static func text(_ node: Node) -> String? {
        switch node {
        case .scalar(let scalar): scalar.string
        case .sequence(let sequence): sequence.allSatisfy { $0.scalar != nil } ? sequence.compactMap { $0.scalar?.string }.joined(separator: ",") : nil
        default: nil
        }
    }

    /// A double-quoted scalar of YAML, in which every character stands for itself.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F: result += "\\x" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
