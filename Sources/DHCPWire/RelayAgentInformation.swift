// SPDX-License-Identifier: GPL-3.0-or-later

/// What a relay or switch tells about where the client is plugged in (option 82: RFC 3046, RFC 3993, RFC 3527).
///
/// The identifiers are opaque: some relays write text (`Gi1/0/7`), others numbers.
public struct RelayAgentInformation: Sendable, Hashable {
    /// All sub-options in their order.
    public var suboptions: DHCPSuboptions

    /// Wraps sub-options.
    public init(_ suboptions: DHCPSuboptions) { self.suboptions = suboptions }

    /// The circuit on which the client's message came in, as the relay names it (sub-option 1).
    public var circuitID: ArraySlice<UInt8>? { suboptions[1] }

    /// The remote end of that circuit (sub-option 2).
    public var remoteID: ArraySlice<UInt8>? { suboptions[2] }

    /// The subscriber at that circuit (sub-option 6, RFC 3993).
    public var subscriberID: ArraySlice<UInt8>? { suboptions[6] }
}
