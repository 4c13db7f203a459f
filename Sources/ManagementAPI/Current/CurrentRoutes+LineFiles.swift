// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import JSONText
import ProvModel
import Provisioning

extension CurrentRoutes {
    /// Lines in tables for spreadsheets, and on paper.
    var lineFiles: [APIRoute] {
        let useCases = useCases
        return [
            APIRoute(.post, "/1.0/lines/import", "provd.lines.create") { request in
                let isDryRun = try Self.flag("dry_run", request)
                let sheet = try LineSheet(csv: request.body.string ?? "")
                let lines: [Line]
                var problems = sheet.problems
                do {
                    // Rows that can be read are tried all the same: who mends a table wants to know everything at once.
                    lines = try await useCases.lines(request).add(sheet.rows.map(\.draft), isDryRun: isDryRun || !problems.isEmpty)
                } catch let error as LineImportError {
                    problems += error.problems.map { .init(row: sheet.rows[$0.index].row, field: $0.field, text: $0.text) }
                    throw LineSheet.refusal(problems)
                }
                guard problems.isEmpty else { throw LineSheet.refusal(problems) }
                return .ok(["dry_run": .bool(isDryRun), "lines": .array(lines.map(Self.document))])
            }.described(
                APIOperation(
                    "Add lines from a table, all of them or none; every problem is told with its row.", bodyType: "text/csv", answer: "LineImport",
                    query: [.flag("dry_run", "whether only to check")])),
            APIRoute(.get, "/1.0/lines/export", "provd.lines.read") { request in
                try await .pieces(LineSheetBody(lines: try await useCases.lines(request)), "text/csv; charset=utf-8", fileName: "lines.csv")
            }.described(APIOperation("The lines as a table, without passwords.", answerType: "text/csv")),
            APIRoute(.get, "/1.0/lines/cards", "provd.lines.read") { request in
                let wanted = request.query["ids"].map { Set($0.split(separator: ",").map(String.init)) }
                let lines = try await useCases.lines(request).all().filter { line in
                    useCases.codeRules.isOpen(line, now: useCases.now()) && (wanted?.contains(line.id.description) ?? (line.device == nil))
                }
                let cards = LineCards(
                    lines, rules: useCases.codeRules, title: request.query["title"], locale: request.query["locale"])
                return .text(cards.page, "text/html; charset=utf-8")
            }.described(
                APIOperation(
                    "A page to print: a card for each person with the code to dial.", answerType: "text/html",
                    query: [
                        .text("ids", "the lines' ids with commas; all that have no phone yet if left out"),
                        .text("title", "what stands above the cards, as the name of the site"),
                        .text("locale", "the language of the cards: en, fr, de or es"),
                    ])),
        ]
    }
}

/// Lines as a table: one line a row, the first row names the columns.
struct LineSheet {
    /// A row that was read.
    struct Row {
        /// Its number in the file, as a spreadsheet shows it.
        let row: Int
        let draft: LineBook.Draft
    }

    /// A problem of a row.
    struct Problem {
        let row: Int
        let field: String
        let text: String
    }

    static let columns = ["number", "display_name", "username", "password", "provisioning_code", "server", "port"]
    /// The most rows of one import. They are written in one transaction, during which others wait.
    private static let maximumRows = 20_000

    let rows: [Row]
    /// What is wrong with rows that cannot be read.
    let problems: [Problem]

    /// Reads a table.
    ///
    /// - Throws: `APIError` if it is no table of lines.
    init(csv text: String) throws {
        let table: CSVTable
        do {
            table = try CSVTable(parsing: text)
        } catch {
            throw Self.refusal([Problem(row: error.row, field: "", text: error.reason)])
        }
        guard let header = table.records.first else {
            throw Self.refusal([Problem(row: 1, field: "", text: "the first row names the columns: \(Self.columns.joined(separator: ", "))")])
        }
        let names = header.cells.map { $0.lowercased().trimmingPrefix(" ").description }
        var problems: [Problem] = names.filter { !Self.columns.contains($0) }.map { name in
            Problem(row: header.row, field: name, text: "“\(name)” is no column; they are \(Self.columns.joined(separator: ", "))")
        }
        for needed in ["number", "display_name"] where !names.contains(needed) {
            problems.append(Problem(row: header.row, field: needed, text: "the column “\(needed)” is missing"))
        }
        guard problems.isEmpty else { throw Self.refusal(problems) }
        guard table.records.count <= Self.maximumRows else {
            throw Self.refusal([Problem(row: Self.maximumRows + 1, field: "", text: "more than \(Self.maximumRows) rows: make several tables")])
        }
        var rows: [Row] = []
        for record in table.records.dropFirst() {
            guard record.cells.count <= names.count else {
                problems.append(Problem(row: record.row, field: "", text: "the row has \(record.cells.count) cells and the first row names \(names.count)"))
                continue
            }
            let cells = Dictionary(zip(names, record.cells)) { first, _ in first }.filter { !$0.value.isEmpty }
            let port = cells["port"].map { UInt16($0) }
            if case .some(.none) = port {
                problems.append(Problem(row: record.row, field: "port", text: "a port is a number from 1 to 65535"))
                continue
            }
            rows.append(
                Row(
                    row: record.row,
                    draft: LineBook.Draft(
                        number: cells["number"] ?? "", displayName: cells["display_name"] ?? "", username: cells["username"],
                        password: cells["password"], provisioningCode: cells["provisioning_code"],
                        server: cells["server"].map { SIPServer(host: $0, port: port ?? nil) })))
        }
        self.rows = rows
        self.problems = problems
    }

    /// All problems in one answer.
    static func refusal(_ unsorted: [Problem]) -> APIError {
        // Those of one row stay in the order in which they were found.
        let problems = unsorted.enumerated().sorted { ($0.element.row, $0.offset) < ($1.element.row, $1.offset) }.map(\.element)
        let text = problems.count == 1 ? "one problem keeps the lines from being added" : "\(problems.count) problems keep the lines from being added"
        return APIError(
            .unprocessableContent, text,
            more: ["problems": .array(problems.map { ["row": .int($0.row), "field": .string($0.field), "text": .string($0.text)] })])
    }

    /// A line as a row, without its password.
    static func row(_ line: Line) -> [String] {
        [
            line.number, line.displayName, line.username, "", line.provisioningCode ?? "", line.server?.host ?? "",
            line.server?.port.map { String($0) } ?? "",
        ]
    }
}

/// The lines as a table, by number.
private struct LineSheetBody: PiecewiseBody {
    /// How many lines are read at once.
    private static let length = 1_000

    let lines: LineBook
    private var last: Line?
    private var hasBegun = false

    init(lines: LineBook) { self.lines = lines }

    mutating func writePiece(to bytes: inout [UInt8]) async throws -> Bool {
        if !hasBegun { bytes += CSVTable.text([LineSheet.columns]).utf8 }
        hasBegun = true
        let part = try await lines.byNumber(after: last, limit: Self.length)
        bytes += CSVTable.text(part.map(LineSheet.row)).utf8
        last = part.last
        return part.count == Self.length
    }
}
