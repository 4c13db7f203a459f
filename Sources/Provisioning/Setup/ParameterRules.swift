// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText

/// What the parameters of the appliance take.
enum ParameterRules {
    /// The lengths of a provisioning key: long enough not to be guessed, short enough for a URL on a phone.
    private static let keyLengths = 8...256
    /// No URL or proxy is longer; it bounds what is stored.
    private static let maximumLength = 2_048

    /// Checks a value.
    ///
    /// - Returns: The text to store, or `nil` to unset the parameter.
    /// - Throws: `DocumentError` that says what the parameter takes.
    static func check(_ value: JSONValue, for name: ApplianceParameters.Name) throws(DocumentError) -> String? {
        guard !value.isNull else { return nil }
        if name == .nat, case .int(let number) = value, number == 0 || number == 1 { return String(number) }
        func refuse(_ takes: String) -> DocumentError { DocumentError(name.rawValue, "\(name.rawValue) is null or \(takes)") }
        guard let text = value.string, text.utf8.count <= maximumLength else { throw refuse("a text") }
        switch name {
        case .pluginServer:
            guard url(text) != nil else { throw refuse("a URL with scheme and host, as http://plugins.example.org/stable/") }
        case .httpProxy, .ftpProxy:
            guard let url = url(text), url.rest.isEmpty else { throw refuse("a URL of scheme and host without a path, as http://proxy:3128") }
        case .httpsProxy:
            guard !text.isEmpty, isVisible(text), url(text) == nil else { throw refuse("host and port without a scheme, as proxy:3128") }
        case .locale:
            guard !text.isEmpty else { return nil }
            guard isLocale(text) else { throw refuse("a language with or without a territory, as fr or fr_CA") }
        case .nat:
            guard text == "0" || text == "1" else { throw refuse("0 or 1") }
        case .provisioningKey:
            guard !text.isEmpty else { return nil }
            guard keyLengths.contains(text.utf8.count), text.utf8.allSatisfy(isKeyCharacter) else {
                throw refuse("a text of \(keyLengths.lowerBound) to \(keyLengths.upperBound) letters, digits and - $ ~ .")
            }
        }
        return text
    }

    /// The parts of a URL that has a scheme and a host (RFC 3986, 3), else `nil`.
    private static func url(_ text: String) -> (host: Substring, rest: Substring)? {
        guard isVisible(text), let mark = text.firstRange(of: "://"), !mark.isEmpty else { return nil }
        let scheme = text[..<mark.lowerBound].utf8
        guard let first = scheme.first, isLetter(first), scheme.allSatisfy({ isLetter($0) || isDigit($0) || "+-.".utf8.contains($0) })
        else { return nil }
        let remainder = text[mark.upperBound...]
        let end = remainder.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? remainder.endIndex
        let authority = remainder[..<end]
        let hostAndPort = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        guard let host = hostAndPort.first, host != ":" else { return nil }
        return (hostAndPort, remainder[end...])
    }

    private static func isVisible(_ text: String) -> Bool { text.utf8.allSatisfy { (0x21...0x7E).contains($0) } }

    private static func isLocale(_ text: String) -> Bool {
        let parts = text.split(separator: "_", omittingEmptySubsequences: false).map(\.utf8)
        guard parts.count <= 2, let language = parts.first, (2...3).contains(language.count) else { return false }
        guard language.allSatisfy({ isLetter($0) && $0 >= UInt8(ascii: "a") }) else { return false }
        guard let territory = parts.dropFirst().first else { return true }
        return (2...3).contains(territory.count) && territory.allSatisfy { isLetter($0) && $0 <= UInt8(ascii: "Z") }
    }

    private static func isKeyCharacter(_ byte: UInt8) -> Bool { isLetter(byte) || isDigit(byte) || "-$~.".utf8.contains(byte) }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }
}
