// SPDX-License-Identifier: GPL-3.0-or-later

public import Hummingbird
import Logging
import NIOCore

/// What is known of a request beside itself: who is at the other end.
public struct PhoneRequestContext: RequestContext {
    public var coreContext: CoreRequestContextStorage
    /// The connection.
    let channel: any Channel
    /// The peer's address in text.
    let remoteAddress: String?
    /// The address that the peer asked, in text.
    let localAddress: String?

    public init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
        remoteAddress = source.channel.remoteAddress?.ipAddress
        localAddress = source.channel.localAddress?.ipAddress
    }
}
