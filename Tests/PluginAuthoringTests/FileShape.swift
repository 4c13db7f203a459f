// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import FoundationXML
import PhonePlugins

/// What of a file its values must not change: the elements and attributes of XML, the keys of settings, the members of JSON.
enum FileShape {
    struct Unreadable: Error, CustomStringConvertible {
        let description: String
    }

    /// The shape of a file, by a parser that knows nothing of provd: libxml2, Foundation's JSON, or the line grammar of settings.
    static func of(_ bytes: [UInt8], _ rule: FileRule) throws -> [String] {
        switch rule.format {
        case .xml, .html: try xml(bytes)
        case .keyValue: try lines(bytes, rule.charset)
        case .json: try json(JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed), "")
        case .none, .javascript: []
        }
    }

    private final class Elements: NSObject, XMLParserDelegate {
        var shape: [String] = []

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?, attributes: [String: String]
        ) { shape.append("<\(name) \(attributes.keys.sorted().joined(separator: " "))>") }

        func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) { shape.append("</\(name)>") }

        func parser(_ parser: XMLParser, foundComment comment: String) { shape.append("<!---->") }

        func parser(_ parser: XMLParser, foundCDATA data: Data) { shape.append("<![CDATA[") }
    }

    private static func xml(_ bytes: [UInt8]) throws -> [String] {
        let parser = XMLParser(data: Data(bytes))
        let elements = Elements()
        parser.delegate = elements
        guard parser.parse() else {
            throw Unreadable(description: "no well-formed XML, line \(parser.lineNumber): \(parser.parserError.map { "\($0)" } ?? "")")
        }
        return elements.shape
    }

    /// Each line is empty, a comment, or a key and a value without control characters.
    private static func lines(_ bytes: [UInt8], _ charset: FileRule.Charset) throws -> [String] {
        try bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated().map { number, line in
            guard line.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
                throw Unreadable(description: "line \(number + 1) has a control character")
            }
            guard charset == .latin1 || String(validating: line, as: UTF8.self) != nil else {
                throw Unreadable(description: "line \(number + 1) is not UTF-8")
            }
            if line.isEmpty { return "" }
            if line.first == UInt8(ascii: "#") || line.first == UInt8(ascii: ";") { return "#" }
            if line.first == UInt8(ascii: "["), line.last == UInt8(ascii: "]") { return String(decoding: line, as: UTF8.self) }
            // Some manufacturers indent what belongs together.
            let key = key(of: line.drop { $0 == 0x20 || $0 == 0x09 })
            guard !key.isEmpty, key.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else {
                throw Unreadable(description: "line \(number + 1) is no setting: \(String(decoding: line.prefix(100), as: UTF8.self))")
            }
            return String(decoding: key, as: UTF8.self)
        }
    }

    /// What stands in front of `=`, `:` or a blank; of `SET NAME value` two words.
    private static func key(of line: some Collection<UInt8>) -> [UInt8] {
        let isEnd = { (byte: UInt8) in byte == UInt8(ascii: "=") || byte == UInt8(ascii: ":") || byte == 0x20 }
        let word = Array(line.prefix { !isEnd($0) })
        guard word == Array("SET".utf8) else { return word }
        return word + [0x20] + line.dropFirst(4).prefix { !isEnd($0) }
    }

    private static func json(_ value: Any, _ path: String) -> [String] {
        switch value {
        case let object as [String: Any]: object.keys.sorted().flatMap { json(object[$0] ?? "", path + "/" + $0) }
        case let array as [Any]: array.enumerated().flatMap { json($1, path + "/\($0)") }
        default: [path]
        }
    }
}
