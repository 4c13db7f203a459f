// SPDX-License-Identifier: GPL-3.0-or-later

import Logging

/// A log handler that stands before another one, which keeps level and metadata for both.
protocol ForwardingLogHandler: LogHandler {
    associatedtype Next: LogHandler

    /// The one behind it.
    var next: Next { get set }
}

extension ForwardingLogHandler {
    var logLevel: Logger.Level {
        get { next.logLevel }
        set { next.logLevel = newValue }
    }
    var metadata: Logger.Metadata {
        get { next.metadata }
        set { next.metadata = newValue }
    }
    var metadataProvider: Logger.MetadataProvider? {
        get { next.metadataProvider }
        set { next.metadataProvider = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { next[metadataKey: key] }
        set { next[metadataKey: key] = newValue }
    }
}
