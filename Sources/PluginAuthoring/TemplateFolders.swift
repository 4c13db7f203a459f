// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
public import Jinja

/// Templates that lie in folders, each looked for in one folder after the other, as Jinja2's `FileSystemLoader` does.
public struct TemplateFolders: TemplateLoader {
    /// The longest template in bytes; the largest that phones need have some tens of kilobytes.
    public static let maximumBytes = 4 << 20

    /// The folders in the order in which they are searched.
    public let folders: [String]

    /// Looks in these folders.
    public init(_ folders: [String]) { self.folders = folders }

    /// The file of a template, or `nil` if no folder has it.
    ///
    /// Names are joined by slashes; empty parts and `.` count for nothing, and a name with `..` names no template.
    public func path(of name: String) -> String? {
        let parts = name.split(separator: "/").filter { $0 != "." }
        guard !parts.isEmpty, !parts.contains(".."), !name.utf8.contains(0) else { return nil }
        return folders.lazy.map { $0 + "/" + parts.joined(separator: "/") }.first(where: TextFile.isFile)
    }

    public func source(of name: String) throws -> String? { try path(of: name).map { try TextFile.read($0, limit: Self.maximumBytes) } }
}
