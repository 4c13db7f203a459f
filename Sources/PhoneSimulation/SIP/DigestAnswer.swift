// SPDX-License-Identifier: GPL-3.0-or-later

import SIPWire

/// Credentials for a challenge, as a phone makes them: the first challenge that it understands, MD5 or better.
enum DigestAnswer {
    /// The header field that answers a 401 or 407.
    ///
    /// - Returns: `nil` if there is nothing in it that can be answered.
    static func field(to response: SIPResponse, account: PhoneAccount, method: SIPMethod, uri: String, token: String) -> SIPHeader? {
        let (asked, answered) = response.statusCode == 407 ? ("Proxy-Authenticate", "Proxy-Authorization") : ("WWW-Authenticate", "Authorization")
        for header in response.headers.all(asked) {
            guard let challenge = try? DigestChallenge(header) else { continue }
            let credentials = DigestCredentials(
                answering: challenge, secret: DigestSecret(username: account.authUser, password: account.password), method: method, uri: uri,
                protection: DigestCredentials.Protection(nonceCount: 1, clientNonce: token))
            return SIPHeader(answered, credentials.description)
        }
        return nil
    }
}
