// SPDX-License-Identifier: GPL-3.0-or-later

/// A place in a template's source, both counted from 1; columns count Unicode scalars.
struct SourcePosition: Sendable, Hashable {
    var line: Int
    var column: Int
}
