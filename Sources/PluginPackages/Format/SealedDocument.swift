// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText

/// What package.json, index.json and signature files have in common: bounded JSON that says its format.
enum SealedDocument {
    /// The only format that there is so far.
    private static let format = 1

    /// Reads a document from outside.
    ///
    /// - Parameters:
    ///   - limit: The most bytes that are looked at.
    ///   - malformed: Makes the complaint of a reason.
    static func parse(_ bytes: [UInt8], limit: Int, malformed: (String) -> PackageError) throws(PackageError) -> JSONValue {
        guard bytes.count <= limit else { throw malformed("it is longer than \(limit) bytes") }
        let document: JSONValue
        do {
            document = try JSONValue(parsing: bytes)
        } catch {
            throw malformed("it is \(error)")
        }
        guard document["format"]?.int == format else { throw malformed("its format is not \(format), which is all that this provd knows") }
        return document
    }
}
