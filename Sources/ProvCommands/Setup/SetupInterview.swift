// SPDX-License-Identifier: GPL-3.0-or-later

import ApplianceSetup
import Foundation
import Glibc

/// Asks for what is not answered yet.
struct SetupInterview {
    /// Whether a person may be asked; otherwise what is proposed is taken.
    let mayAsk: Bool

    /// Completes a sheet.
    ///
    /// - Throws: `APIClient.Failure` if the person gives no answer where one is needed.
    func complete(_ sheet: SetupSheet, _ surroundings: SetupSurroundings) throws -> SetupSheet {
        var sheet = sheet
        let asks = mayAsk && isatty(STDIN_FILENO) == 1
        for key in SetupKey.allCases where sheet[key] == nil && key.applies(to: sheet) {
            let proposal = surroundings.proposal(for: key, after: sheet)
            sheet[key] = asks ? try ask(key, proposal) : proposal
        }
        return sheet
    }

    private func ask(_ key: SetupKey, _ proposal: String?) throws -> String? {
        FileHandle.standardError.write(Data("\(key.question)\(proposal.map { " [\($0)]" } ?? ""): ".utf8))
        guard let line = readLine() else { throw APIClient.Failure(description: "the questions were not answered: nothing was done") }
        let answer = line.trimmingCharacters(in: .whitespaces)
        return answer.isEmpty ? proposal : answer
    }
}
