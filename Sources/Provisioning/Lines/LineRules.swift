// SPDX-License-Identifier: GPL-3.0-or-later

import ProvModel

/// What a line may hold.
enum LineRules {
    /// Checks a line.
    ///
    /// - Throws: The first of its problems.
    static func check(_ line: Line) throws(LineError) {
        if let problem = problems(of: line).first { throw problem }
    }

    /// All that is wrong with a line, each with the member that is to blame.
    static func problems(of line: Line) -> [LineError] {
        var problems: [LineError] = []
        let allowed = Set("0123456789*#+")
        if !(1...32).contains(line.number.count) || !line.number.allSatisfy(allowed.contains) {
            problems.append(LineError("number", "a number has 1 to 32 of the characters 0-9 * # +"))
        }
        if !(1...128).contains(line.displayName.count) || line.displayName.unicodeScalars.contains(where: { $0.value < 0x20 }) {
            problems.append(LineError("display_name", "a name has 1 to 128 characters and no line breaks"))
        }
        // Where the number stands for it, the number is to blame.
        if !(1...64).contains(line.username.utf8.count) || !line.username.utf8.allSatisfy(isAccountCharacter), line.username != line.number {
            problems.append(LineError("username", "a SIP user name has 1 to 64 letters, digits and - _ . + * #"))
        }
        if !(8...128).contains(line.password.utf8.count) || !line.password.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) {
            problems.append(LineError("password", "a SIP password has 8 to 128 visible ASCII characters; leave it out and provd makes one"))
        }
        if let code = line.provisioningCode, !ProvisioningCode.isValid(code) {
            problems.append(LineError("provisioning_code", "a provisioning code has 4 to 12 digits; leave it out and provd makes one"))
        }
        if let server = line.server, !(1...253).contains(server.host.utf8.count) || !server.host.utf8.allSatisfy(isHostCharacter) {
            problems.append(LineError("server", "a server is a host name or an address"))
        }
        return problems
    }

    private static func isAccountCharacter(_ byte: UInt8) -> Bool { isLetterOrDigit(byte) || "-_.+*#".utf8.contains(byte) }

    private static func isHostCharacter(_ byte: UInt8) -> Bool { isLetterOrDigit(byte) || "-.:[]".utf8.contains(byte) }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        Unicode.Scalar(byte).properties.isAlphabetic && byte < 0x80 || (0x30...0x39).contains(byte)
    }
}
