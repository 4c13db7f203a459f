// SPDX-License-Identifier: GPL-3.0-or-later

/// The transfer mode of a request (RFC 1350 section 1). Mode names are compared without regard to case.
public enum TFTPMode: String, Hashable, Sendable, CaseIterable {
    /// The bytes as they are.
    case octet
    /// Text whose lines end in CR LF on the wire; see ``Netascii``.
    case netascii

    /// The mode of that name, or `nil` for `mail` (obsolete since RFC 1350) and everything unknown.
    init?(name: some Collection<UInt8>) {
        if name.elementsEqual(Self.octet.rawValue.utf8, by: ASCII.equalIgnoringCase) {
            self = .octet
        } else if name.elementsEqual(Self.netascii.rawValue.utf8, by: ASCII.equalIgnoringCase) {
            self = .netascii
        } else {
            return nil
        }
    }
}
