// SPDX-License-Identifier: GPL-3.0-or-later

public import NetTypes
public import PhonePlugins

/// Sends phones the HTTP requests by which some of them are told to fetch their configuration. `PhoneActions` implements it.
public protocol PhoneActionSender: Sendable {
    /// Sends a request to a phone and waits for its answer.
    ///
    /// - Parameters:
    ///   - action: The request, as the phone's plugin describes it.
    ///   - address: The phone.
    ///   - credentials: Whom the phone lets in, if the request needs somebody.
    func send(_ action: PhoneHTTPAction, to address: IPAddress, as credentials: PhoneCredentials?) async -> NotifyResult
}

/// A name and a password that a phone accepts on its own pages.
public struct PhoneCredentials: Sendable, Hashable {
    /// The name.
    public let username: String
    /// The password.
    public let password: String

    /// Makes credentials.
    public init(username: String, password: String) {
        self.username = username
        self.password = password
    }
}
