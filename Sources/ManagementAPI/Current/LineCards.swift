// SPDX-License-Identifier: GPL-3.0-or-later

import ProvModel
import Provisioning

/// Cards to cut out, hand to people or hang beside their phones: whose phone it will be, and what to dial. Eight on a sheet of A4.
struct LineCards {
    /// The words of the cards in one language.
    private struct Words {
        let language: String
        let title, number, dial, steps, until: String
    }

    private static let english = Words(
        language: "en", title: "Your new phone", number: "Your number", dial: "Dial this code",
        steps: "Lift the handset, dial, and listen. The phone says its number and restarts as yours.", until: "Good until")
    private static let languages = [
        english,
        Words(
            language: "fr", title: "Votre nouveau téléphone", number: "Votre numéro", dial: "Composez ce code",
            steps: "Décrochez, composez et écoutez. Le téléphone annonce son numéro, puis redémarre à votre nom.", until: "Valable jusqu'au"),
        Words(
            language: "de", title: "Ihr neues Telefon", number: "Ihre Nummer", dial: "Wählen Sie diesen Code",
            steps: "Hörer abheben, wählen, zuhören. Das Telefon sagt seine Nummer und startet neu als Ihres.", until: "Gültig bis"),
        Words(
            language: "es", title: "Su nuevo teléfono", number: "Su número", dial: "Marque este código",
            steps: "Descuelgue, marque y escuche. El teléfono dice su número y se reinicia como suyo.", until: "Válido hasta"),
    ]
    /// A row of a sheet has two cards, a sheet has four rows.
    private static let cardsPerSheet = 8

    private let lines: [Line]
    private let rules: CodeRules
    private let title: String
    private let words: Words

    /// Makes the cards of lines.
    ///
    /// - Parameters:
    ///   - title: What stands above them; words of the language if `nil`.
    ///   - locale: The language, as `de` or `de_AT`; English if it is none of the four.
    init(_ lines: [Line], rules: CodeRules, title: String?, locale: String?) {
        self.lines = lines
        self.rules = rules
        let language = locale.map { String($0.prefix(2)) }
        words = Self.languages.first { $0.language == language } ?? Self.english
        self.title = title.flatMap { $0.isEmpty ? nil : $0 } ?? words.title
    }

    /// The page.
    var page: String {
        let sheets = stride(from: 0, to: lines.count, by: Self.cardsPerSheet).map { start in
            """
            <main>
            <h1>\(Self.escaped(title))</h1>
            <div class="cards">
            \(lines[start..<min(start + Self.cardsPerSheet, lines.count)].map(card).joined(separator: "\n"))
            </div>
            </main>
            """
        }
        return """
            <!doctype html>
            <html lang="\(words.language)">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <title>\(Self.escaped(title))</title>
            <style>
            \(Self.style)
            </style>
            \(sheets.joined(separator: "\n"))
            </html>
            """
    }

    private func card(_ line: Line) -> String {
        let isLong = (line.provisioningCode?.count ?? 0) > 8
        let until = rules.expiry(of: line).map { "<p class=\"until\">\(words.until) \(Self.date($0))</p>" } ?? ""
        return """
            <article>
            <h2>\(Self.escaped(line.displayName))</h2>
            <dl><dt>\(words.number)</dt><dd class="number">\(Self.escaped(line.number))</dd>
            <dt>\(words.dial)</dt><dd class="code\(isLong ? " long" : "")">\(Self.grouped(line.provisioningCode ?? ""))</dd></dl>
            <p>\(words.steps)</p>\(until)
            </article>
            """
    }

    /// A code, which is digits, in groups of three or four, as people read and keep them. The gaps are no characters, so that they are not copied.
    static func grouped(_ code: String) -> String {
        let size = code.count % 3 == 0 || code.count == 5 || code.count == 10 ? 3 : 4
        var groups: [String] = [], rest = code[...]
        while !rest.isEmpty {
            // What does not come out even stands at the front: 12 345.
            let length = rest.count % size == 0 ? size : rest.count % size
            groups.append("<span>\(rest.prefix(length))</span>")
            rest = rest.dropFirst(length)
        }
        return groups.joined()
    }

    /// The day of a time in UTC, as 2026-11-23, which is read alike everywhere.
    private static func date(_ time: Double) -> String {
        // Days from civil, backwards: the Gregorian calendar in eras of 400 years that begin in March.
        let days = Int(min(max(time / 86_400, 0), 4_000_000)) + 719_468
        let era = days / 146_097, day = days % 146_097
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365
        let dayOfYear = day - (365 * year + year / 4 - year / 100)
        let month = (5 * dayOfYear + 2) / 153
        func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let civil = month < 10 ? month + 3 : month - 9
        return "\(year + era * 400 + (civil <= 2 ? 1 : 0))-\(padded(civil))-\(padded(dayOfYear - (153 * month + 2) / 5 + 1))"
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
    }

    private static let style = """
        @page { size: A4; margin: 12mm }
        * { box-sizing: border-box; margin: 0 }
        body { font: 10.5pt/1.35 "Helvetica Neue", Helvetica, Arial, "Liberation Sans", sans-serif; color: #16202a; background: #fff }
        main { width: 186mm; margin: 0 auto; break-after: page }
        main:last-of-type { break-after: auto }
        h1 { font-size: 13pt; font-weight: 600; letter-spacing: .01em; color: #45525f; padding: 0 0 4mm }
        .cards { display: grid; grid-template-columns: 1fr 1fr; border-top: .3mm dashed #9aa5af; border-left: .3mm dashed #9aa5af }
        article { height: 63mm; padding: 6mm 7mm; border-right: .3mm dashed #9aa5af; border-bottom: .3mm dashed #9aa5af;
                  break-inside: avoid; overflow: hidden; display: flex; flex-direction: column }
        h2 { flex: none; font-size: 17pt; line-height: 1.15; font-weight: 700; overflow: hidden; display: -webkit-box; -webkit-box-orient: vertical;
             -webkit-line-clamp: 2; overflow-wrap: anywhere }
        dl { display: grid; grid-template-columns: auto 1fr; column-gap: 5mm; row-gap: 1.5mm; align-items: baseline; margin: 3mm 0 auto }
        dt { color: #5b6874; font-size: 9.5pt; white-space: nowrap } dd { font-variant-numeric: tabular-nums }
        .number { font-size: 14pt; font-weight: 600; overflow-wrap: anywhere }
        .code { font: 700 25pt/1.1 "DejaVu Sans Mono", Menlo, Consolas, monospace; letter-spacing: .02em; white-space: nowrap }
        .code.long { font-size: 15pt }
        .code span + span { margin-left: .35em }
        p { color: #35424e; font-size: 9.5pt } .until { color: #5b6874; padding-top: 1mm }
        @media screen { body { background: #e9edf0; padding: 8mm 0 }
          main { background: #fff; width: 210mm; min-height: 297mm; padding: 12mm; margin-bottom: 8mm; box-shadow: 0 1mm 4mm #0003 } }
        """
}
