// SPDX-License-Identifier: GPL-3.0-or-later

/// The user classes of a client (option 77).
///
/// RFC 3004 puts a length before each class. Many phones and boot loaders write the bare text instead. The value is
/// taken for a list if the lengths fill it exactly, else for one bare class; an ambiguous text would have to begin
/// with a character whose code is one less than its length.
public struct DHCPUserClass: Sendable, Hashable {
    /// How the option was written.
    public enum Form: Sendable { case list, bare }

    /// How the option was written.
    public var form: Form
    /// The classes; exactly one in the bare form.
    public var classes: [ArraySlice<UInt8>]

    /// Reads the value of option 77.
    public init(decoding value: ArraySlice<UInt8>) {
        var classes: [ArraySlice<UInt8>] = []
        var rest = value
        while let length = rest.first {
            let data = rest.dropFirst()
            // A class of no octets is not allowed (RFC 3004, 4).
            guard length > 0, Int(length) <= data.count else {
                form = .bare
                self.classes = [value]
                return
            }
            classes.append(data.prefix(Int(length)))
            rest = data.dropFirst(Int(length))
        }
        form = .list
        self.classes = classes
    }

    /// The classes as text, without zero octets at their ends.
    public var texts: [String] { classes.map(textWithoutTrailingZeros) }
}
