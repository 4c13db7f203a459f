// SPDX-License-Identifier: GPL-3.0-or-later

/// Where templates come from.
public protocol TemplateLoader: Sendable {
    /// The source of a template, or `nil` when there is none of this name.
    ///
    /// The name is what a template wrote: the loader decides what `..` or an absolute path means, and must
    /// refuse a name that leads out of its place.
    func source(of name: String) throws -> String?
}

/// Templates that are held in memory.
public struct DictionaryLoader: TemplateLoader, ExpressibleByDictionaryLiteral {
    private let sources: [String: String]

    /// Makes a loader of sources by name.
    public init(_ sources: [String: String]) { self.sources = sources }

    public init(dictionaryLiteral elements: (String, String)...) {
        sources = Dictionary(elements) { $1 }
    }

    public func source(of name: String) -> String? { sources[name] }
}
