// SPDX-License-Identifier: GPL-3.0-or-later

/// How a phone is told to fetch its configuration again.
public enum Synchronisation: Sendable, Hashable {
    /// The phones have no means for it; somebody must restart them.
    case unsupported
    /// By SIP NOTIFY (RFC 3265) with this `Event` header, such as `check-sync;reboot=true`.
    case notify(event: String)
    /// By an HTTP request to the phone's own page, as a path with query.
    case httpAction(path: String)
}
