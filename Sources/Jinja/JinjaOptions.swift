// SPDX-License-Identifier: GPL-3.0-or-later

/// How templates are read; the defaults are Jinja2's.
public struct JinjaOptions: Sendable {
    /// What happens when an undefined value is used.
    public enum UndefinedBehavior: Sendable, Hashable {
        /// It prints as nothing and iterates over nothing; everything else is an error.
        case lenient
        /// As `lenient`; its attributes and items are undefined too.
        case chainable
        /// Everything but asking whether it is defined is an error.
        case strict
    }

    /// Whether the first line feed behind a block tag is removed.
    public var trimBlocks: Bool
    /// Whether whitespace from the start of a line to a block tag is removed.
    public var lstripBlocks: Bool
    /// Whether the last line feed of a template is kept.
    public var keepsTrailingNewline: Bool
    /// What happens when an undefined value is used.
    public var undefined: UndefinedBehavior
    /// Whether `{% do … %}` is part of the language, which Jinja2 has as an extension.
    public var allowsDo: Bool
    /// How values are written into the output.
    public var escaping: JinjaEscaping

    /// Makes options; every default can be replaced on its own.
    public init(
        trimBlocks: Bool = false,
        lstripBlocks: Bool = false,
        keepsTrailingNewline: Bool = false,
        undefined: UndefinedBehavior = .lenient,
        allowsDo: Bool = false,
        escaping: JinjaEscaping = .none
    ) {
        self.trimBlocks = trimBlocks
        self.lstripBlocks = lstripBlocks
        self.keepsTrailingNewline = keepsTrailingNewline
        self.undefined = undefined
        self.allowsDo = allowsDo
        self.escaping = escaping
    }
}
