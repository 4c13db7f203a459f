// SPDX-License-Identifier: GPL-3.0-or-later

public import Hummingbird
import Logging
import NetTypes
import NIOCore

/// What is known of a request to the management API beside itself.
public struct ManagementContext: RequestContext {
    public var coreContext: CoreRequestContextStorage
    /// The address from which the request came, as the log names it.
    let asker: String

    public init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        // A socket for both kinds of IP shows IPv4 addresses as IPv6 ones, which nobody bans.
        let address = source.channel.remoteAddress?.ipAddress
        asker = address.map { IPAddress($0)?.description ?? $0 } ?? "-"
    }
}
