// SPDX-License-Identifier: GPL-3.0-or-later

public import ProvModel

/// What the administrator's configuration says of provisioning codes: what provd makes them of, and for how long they are good.
public struct CodeRules: Sendable, Hashable {
    /// How often a code makes a phone somebody's.
    public enum Use: String, Sendable, CaseIterable {
        /// Any number of times: the code is good until the line is given another one.
        case untilChanged = "until-changed"
        /// Once. The phone that has the line may dial it again.
        case once
    }

    /// Why rules cannot be.
    public struct Problem: Error, Sendable, Hashable, CustomStringConvertible {
        /// What is wrong and what to do.
        public let description: String
    }

    /// The lengths that a code can have. Shorter ones would be guessed, longer ones are mistyped.
    public static let lengths = 4...12
    /// The fewest codes that there must be: four digits' worth. A code is guessed as easily as there are few of them.
    private static let fewestCodes = 10_000.0
    /// The most seconds for which a code can be good: ten years.
    private static let longestLifetime = 315_360_000.0

    /// How many digits a code has that provd makes.
    public let length: Int
    /// The digits of which provd makes codes.
    public let alphabet: [Character]
    /// How often a code is good.
    public let use: Use
    /// For how many seconds a code is good after it was given to its line; `nil` for as long as it stays.
    public let lifetime: Double?
    /// Numbers with which no code begins that provd makes. Phones call emergency numbers as soon as their last digit is pressed.
    public let reserved: Set<String>

    /// Six digits, good until they are changed.
    public static let standard = CodeRules()

    private init() {
        length = 6
        alphabet = Array("0123456789")
        use = .untilChanged
        lifetime = nil
        reserved = OnboardingSettings().emergencyNumbers
    }

    /// Makes rules.
    ///
    /// - Parameters:
    ///   - length: How many digits a code has, 4 to 12.
    ///   - alphabet: The digits of which it is made, each once.
    ///   - use: How often it is good.
    ///   - lifetime: For how many seconds; `nil` for as long as it stays.
    ///   - reserved: Numbers with which no code begins.
    /// - Throws: `Problem` if no person could dial such a code, or anybody could guess it.
    public init(length: Int, alphabet: String, use: Use, lifetime: Double?, reserved: Set<String>) throws(Problem) {
        let characters = Array(alphabet)
        guard Self.lengths.contains(length) else {
            throw Problem(description: "a code has \(Self.lengths.lowerBound) to \(Self.lengths.upperBound) digits, not \(length)")
        }
        // Every phone can dial digits. Letters are several digits' worth, and * and # have meanings of their own.
        guard characters.allSatisfy({ "0"..."9" ~= $0 }) else {
            throw Problem(description: "codes are made of digits alone, because every phone can dial those: leave out all but 0-9 in “\(alphabet)”")
        }
        guard Set(characters).count == characters.count else { throw Problem(description: "a digit stands twice in “\(alphabet)”: write each once") }
        let count = (0..<length).reduce(1.0) { product, _ in product * Double(characters.count) }
        guard count >= Self.fewestCodes else {
            throw Problem(
                description: "\(length) of the digits “\(alphabet)” make only \(Int(count)) codes, which are soon guessed: take more digits, or longer codes")
        }
        if let lifetime, !(1...Self.longestLifetime).contains(lifetime) {
            throw Problem(description: "a code is good for an hour to ten years, or for as long as it stays")
        }
        self.length = length
        self.alphabet = characters
        self.use = use
        self.lifetime = lifetime
        self.reserved = reserved
    }

    /// A random code that nobody mistakes for something else.
    ///
    /// - Returns: `nil` if luck did not find one.
    func random(using generator: inout some RandomNumberGenerator) -> String? {
        // Seven in ten are taken at the first try with the digits of the standard.
        for _ in 0..<64 {
            let code = String((0..<length).compactMap { _ in alphabet.randomElement(using: &generator) })
            if isUnmistakable(code) { return code }
        }
        return nil
    }

    /// Whether a code is none that a dial plan would take for an outside line or an emergency call, and none that is guessed first.
    private func isUnmistakable(_ code: String) -> Bool {
        guard code.utf8.first != UInt8(ascii: "0"), !reserved.contains(where: code.hasPrefix) else { return false }
        let steps = zip(code.utf8.dropFirst(), code.utf8).map { Int($0) - Int($1) }
        guard let first = steps.first, (-1...1).contains(first) else { return true }
        // 777777, 123456 and 987654.
        return !steps.allSatisfy { $0 == first }
    }

    /// Whether a line's code is good for nothing any more because of its age.
    func isExpired(_ line: Line, now: Double) -> Bool {
        guard let lifetime, let issued = line.codeIssued else { return false }
        return now >= issued + lifetime
    }

    /// Whether a phone can become a line's by its code.
    public func isOpen(_ line: Line, now: Double) -> Bool {
        line.provisioningCode != nil && !isSpent(line) && !isExpired(line, now: now)
    }

    /// When a line's code will be good for nothing any more, in seconds since 1970; `nil` if it stays.
    public func expiry(of line: Line) -> Double? {
        guard let lifetime, line.provisioningCode != nil else { return nil }
        return line.codeIssued.map { $0 + lifetime }
    }

    /// Whether a line's code was used, and is good for that once only.
    public func isSpent(_ line: Line) -> Bool { use == .once && line.codeUsed != nil }
}
