// SPDX-License-Identifier: GPL-3.0-or-later

/// Why a text is no table.
struct CSVError: Error, Equatable {
    /// The row, as a spreadsheet counts it.
    let row: Int
    let reason: String
}

/// A table in text (RFC 4180), with commas, or with semicolons as spreadsheets write it where the comma is for decimals.
struct CSVTable {
    /// One row. Cells in quotes may hold line breaks, so that it may be several lines of the text.
    struct Record: Equatable {
        /// The number of the row, from 1.
        let row: Int
        let cells: [String]
    }

    let records: [Record]

    /// Reads a text. Empty rows are passed over.
    init(parsing text: String) throws(CSVError) {
        // Spreadsheets mark UTF-8 with a byte order mark.
        let scalars = Array(text.unicodeScalars.drop { $0 == "\u{FEFF}" })
        let firstLine = scalars.prefix { $0 != "\n" }
        let separator: Unicode.Scalar = firstLine.contains(";") && !firstLine.contains(",") ? ";" : ","
        var records: [Record] = []
        var cells: [String] = []
        var cell = String.UnicodeScalarView()
        var row = 1
        var isQuoted = false, wasQuoted = false
        var position = scalars.startIndex

        func isBlank() -> Bool { cells.isEmpty && cell.isEmpty && !wasQuoted }
        func endCell() {
            cells.append(Self.withoutGuard(String(cell)))
            cell = String.UnicodeScalarView()
            wasQuoted = false
        }
        func endRecord() {
            if !isBlank() {
                endCell()
                records.append(Record(row: row, cells: cells))
            }
            cells = []
            row += 1
        }

        while position < scalars.endIndex {
            let scalar = scalars[position]
            position += 1
            if isQuoted {
                guard scalar == "\"" else {
                    cell.append(scalar)
                    continue
                }
                if position < scalars.endIndex, scalars[position] == "\"" {
                    cell.append(scalar)
                    position += 1
                } else {
                    isQuoted = false
                }
                continue
            }
            switch scalar {
            case separator: endCell()
            case "\"" where cell.isEmpty && !wasQuoted:
                isQuoted = true
                wasQuoted = true
            case "\"": throw CSVError(row: row, reason: "a quotation mark stands within a cell: write the cell in quotation marks, and it twice")
            case "\r" where position < scalars.endIndex && scalars[position] == "\n": continue
            case "\n", "\r": endRecord()
            default:
                guard !wasQuoted else { throw CSVError(row: row, reason: "something stands between a quotation mark and the end of the cell") }
                cell.append(scalar)
            }
        }
        guard !isQuoted else { throw CSVError(row: row, reason: "a quotation mark is opened and not closed") }
        if !isBlank() { endRecord() }
        self.records = records
    }

    /// Writes a table with commas.
    static func text(_ rows: [[String]]) -> String {
        rows.map { row in row.map(quoted).joined(separator: ",") + "\r\n" }.joined()
    }

    private static func quoted(_ cell: String) -> String {
        let cell = guarded(cell)
        let needsQuotes = cell.unicodeScalars.contains { ",;\"\r\n".unicodeScalars.contains($0) } || cell.hasPrefix(" ") || cell.hasSuffix(" ")
        return needsQuotes ? "\"" + cell.replacing("\"", with: "\"\"") + "\"" : cell
    }

    // MARK: - Formulas

    /// With what a cell begins that spreadsheets take for a formula. A person's name must not make the administrator's spreadsheet do
    /// anything.
    private static let formulaBeginnings = "=+-@\t\r".unicodeScalars

    /// The cell as a spreadsheet takes it for a text: with an apostrophe before what looks like a formula.
    ///
    /// A cell that has apostrophes before it already gets one more, so that nothing is lost when the table is read again.
    private static func guarded(_ cell: String) -> String { looksLikeFormula(cell) ? "'" + cell : cell }

    /// The cell without the apostrophe that guards it.
    private static func withoutGuard(_ cell: String) -> String { cell.hasPrefix("'") && looksLikeFormula(cell) ? String(cell.dropFirst()) : cell }

    private static func looksLikeFormula(_ cell: String) -> Bool {
        cell.unicodeScalars.first { $0 != "'" }.map(formulaBeginnings.contains) ?? false
    }
}
