// SPDX-License-Identifier: GPL-3.0-or-later

import AsyncHTTPClient
import Foundation
public import NIOCore
import PluginPackages
import ProvModel

/// How files are fetched.
public struct DownloadSettings: Sendable, Hashable {
    /// How long a connection may take.
    public var connectTimeout: TimeAmount = .seconds(15)
    /// How long a server may send nothing, also in the middle of a file.
    public var idleTimeout: TimeAmount = .seconds(30)
    /// How often a download that broke off is taken up again.
    public var attempts = 4
    /// The proxy for `http:`, as `http://user:password@proxy:3128`, or `nil`.
    public var httpProxy: String?
    /// The proxy for `https:`, as `proxy:3128`, or `nil`.
    public var httpsProxy: String?

    /// The defaults, without a proxy.
    public init() {}

    /// The proxy for a URL.
    func proxy(for url: URL) throws(PackageError) -> HTTPClient.Configuration.Proxy? {
        guard let text = url.scheme == "https" ? httpsProxy : httpProxy else { return nil }
        guard let proxy = URL(string: text.contains("://") ? text : "http://" + text), let host = proxy.host() else {
            throw PackageError(.failed, "the proxy \(SecretMask.mask(proxy: text))", "it is no address", remedy: "set the parameter of the proxy to a host and a port")
        }
        let port = proxy.port ?? 3_128
        guard let user = proxy.user() else { return .server(host: host, port: port) }
        return .server(host: host, port: port, authorization: .basic(username: user, password: proxy.password() ?? ""))
    }
}
