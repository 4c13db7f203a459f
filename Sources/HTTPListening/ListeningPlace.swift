// SPDX-License-Identifier: GPL-3.0-or-later

public import SocketActivation

/// Where connections come from.
public enum ListeningPlace: Sendable {
    /// A new socket at an address of this machine. The address `::` is all of IPv4 too, unless that is left to another socket.
    case address(host: String, port: Int, onlyIPv6: Bool = false)
    /// A socket that is open already.
    case inherited(InheritedSocket)
}
