// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Foundation

/// A name as one part of a path.
enum PathSegment {
    /// Percent-encodes a name, so that it stays one part whatever is in it.
    static func encode(_ name: String) throws -> String {
        let allowed = CharacterSet.alphanumerics.union(CharacterSet(charactersIn: "-._~:"))
        guard !name.isEmpty, let encoded = name.addingPercentEncoding(withAllowedCharacters: allowed) else {
            throw ValidationError("a name is missing")
        }
        return encoded
    }
}

/// A secret in a file, so that it stands in no list of processes.
enum SecretFile {
    static func read(_ path: String) throws -> String {
        guard let data = FileManager.default.contents(atPath: path), let text = String(data: data, encoding: .utf8) else {
            throw ValidationError("\(path) cannot be read")
        }
        return text.trimmingCharacters(in: .newlines)
    }
}
