// SPDX-License-Identifier: GPL-3.0-or-later

public import Hummingbird
import Logging

/// What is known of a request to the management API beside itself.
public struct ManagementContext: RequestContext {
    public var coreContext: CoreRequestContextStorage

    public init(source: ApplicationRequestContextSource) { coreContext = .init(source: source) }
}
