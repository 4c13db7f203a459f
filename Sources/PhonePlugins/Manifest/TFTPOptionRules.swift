// SPDX-License-Identifier: GPL-3.0-or-later

/// A manifest's `tftp` mapping: which options a family's phones can be given although they ask for more.
///
/// Boot loaders of old phones ask for options and then stumble over the answer, or over blocks of the size that they asked for.
public struct TFTPOptionRules: Sendable, Hashable {
    /// The options of TFTP that a server may acknowledge (RFC 2348, 2349, 7440).
    public enum Option: String, Sendable, Hashable, CaseIterable {
        case blockSize = "blksize"
        case timeout
        case transferSize = "tsize"
        case windowSize = "windowsize"
    }

    /// The options that may be acknowledged; others are passed over, as RFC 2347 allows.
    public var options: Set<Option>
    /// The largest block to agree to, in bytes, or `nil` for the server's own bound.
    public var maximumBlockSize: Int?
    /// The largest window to agree to, in blocks, or `nil` for the server's own bound.
    public var maximumWindowSize: Int?

    /// What holds where a manifest says nothing: all options, within the server's own bounds.
    public static let unlimited = TFTPOptionRules(options: Set(Option.allCases))

    /// Says what phones can be given.
    public init(options: Set<Option>, maximumBlockSize: Int? = nil, maximumWindowSize: Int? = nil) {
        self.options = options
        self.maximumBlockSize = maximumBlockSize
        self.maximumWindowSize = maximumWindowSize
    }
}
