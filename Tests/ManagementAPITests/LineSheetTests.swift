// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import JSONText
import ProvModel
import Testing

@testable import ManagementAPI

@Suite("Lines in tables")
struct LineSheetTests {
    private func importing(_ text: String, _ client: APIClient, query: String = "") async throws -> Answer {
        try await client.send(.post, "/1.0/lines/import\(query)", headers: ["Content-Type": "text/csv; charset=utf-8"], bytes: Array(text.utf8))
    }

    @Test("A table is added as a whole; tried out it changes nothing")
    func all() async throws {
        let client = try await APIClient()
        let text = "\u{FEFF}number,display_name,provisioning_code,server,port\r\n101,\"Martin, Alice\",424242,,\r\n\r\n102,Bob,,pbx.example.net,5070\r\n"
        let tried = try await importing(text, client, query: "?dry_run=true")
        #expect(tried.status == 200 && tried.json["dry_run"] == true && tried.json["lines"]?.array?.count == 2)
        #expect(try await client.get("/1.0/lines").json["lines"] == [])
        #expect(try await importing(text, client).status == 200)
        let lines = try await client.get("/1.0/lines").json["lines"]?.array ?? []
        #expect(lines.map { $0["display_name"] } == ["Martin, Alice", "Bob"])
        #expect(lines.first?["provisioning_code"] == "424242" && lines.last?["server"]?["port"] == 5070)
    }

    @Test("Every problem is told with its row, and nothing is added")
    func problems() async throws {
        let client = try await APIClient()
        #expect(try await client.post("/1.0/lines", ["number": "100", "display_name": "First", "provisioning_code": "1234"]).status == 201)
        let text = "number;display_name;provisioning_code\n101;Alice;99\n102;;\n100;Taken;\n103;Good;\n104;Twice;55555\n105;Twice;55555\nx;Bad;\n"
        for query in ["", "?dry_run=true"] {
            let answer = try await importing(text, client, query: query)
            #expect(answer.status == 422 && answer.headers[.contentType] == "application/problem+json")
            let problems = answer.json["problems"]?.array ?? []
            #expect(problems.map { $0["row"] } == [2, 3, 4, 7, 8])
            #expect(problems.map { $0["field"] } == ["provisioning_code", "display_name", "number", "provisioning_code", "number"])
        }
        #expect(try await client.get("/1.0/lines").json["lines"]?.array?.count == 1)
    }

    @Test("All problems of all rows are told at once, those of reading and those of adding")
    func allProblems() async throws {
        let client = try await APIClient()
        let text = "number,display_name,password,server,port\n101,Alice,short,a b,\n102,Bob,,,99999\n103,,short,,\n104,Carla,,,,,\n104,Dora,,,\n104,Emma,,,\n"
        let answer = try await importing(text, client, query: "?dry_run=true")
        #expect(answer.status == 422)
        let problems = answer.json["problems"]?.array?.map { "\($0["row"]?.int ?? 0) \($0["field"]?.string ?? "")" }
        #expect(problems == ["2 password", "2 server", "3 port", "4 display_name", "4 password", "5 ", "7 number"])
    }

    @Test("What is no table of lines is refused", arguments: [
        "", "\n\n", "number\n1\n", "number,display_name,colour\n1,A,red\n", "number,display_name\n1,A,B\n", "number,display_name\n1,\"A\n",
        "number,display_name\n1,\"A\"B\n", "number,display_name\n1,A\"B\n", "number,display_name,port\n1,A,99999\n", "\u{0}", "{}",
    ])
    func noTable(text: String) async throws {
        #expect(try await importing(text, try await APIClient()).status == 422)
    }

    @Test("Another media type and broken text are refused")
    func mediaType() async throws {
        let client = try await APIClient()
        #expect(try await client.post("/1.0/lines/import", [:]).status == 415)
        #expect(try await client.send(.post, "/1.0/lines/import", headers: ["Content-Type": "text/csv"], bytes: [0xFF, 0xFE]).status == 400)
    }

    @Test("What a spreadsheet would take for a formula is guarded, and comes back as it was", arguments: [
        "=1+1", "+33 1 23", "-2", "@SUM(A1)", "\t=x", "\r", "'=1", "''@", "'quoted'", "O'Hara", "a=b", "", "'", "=\"a\",b",
    ])
    func formulas(text: String) throws {
        let table = CSVTable.text([["number", "display_name"], ["101", text]])
        #expect(try CSVTable(parsing: table).records.last?.cells == ["101", text])
        let cell = table.split(separator: "101,", maxSplits: 1).last?.drop { $0 == "\"" } ?? ""
        #expect(!["=", "+", "-", "@", "\t", "\r"].contains { !text.isEmpty && cell.hasPrefix($0) })
    }

    @Test("The export has the lines by number, however many they are")
    func order() async throws {
        let client = try await APIClient()
        let rows = (0..<2_500).reversed().map { "\(10_000 + $0),Person \($0)" }
        #expect(try await importing("number,display_name\n" + rows.joined(separator: "\n"), client).status == 200)
        let numbers = try await client.get("/1.0/lines/export").text.split(separator: "\r\n").dropFirst().compactMap { $0.split(separator: ",").first }
        #expect(numbers == (0..<2_500).map { "\(10_000 + $0)" })
    }

    @Test("What is exported can be imported, and holds no password")
    func export() async throws {
        let client = try await APIClient()
        _ = try await client.post("/1.0/lines", ["number": "101", "display_name": "A \"B\", C;D", "password": "not-to-be-seen", "server": ["host": "h", "port": 5070]])
        let exported = try await client.get("/1.0/lines/export")
        #expect(exported.headers[.contentType] == "text/csv; charset=utf-8" && !exported.text.contains("not-to-be-seen"))
        let other = try await APIClient()
        #expect(try await importing(exported.text, other).status == 200)
        let again = try await other.get("/1.0/lines/export")
        #expect(again.text == exported.text)
    }

    @Test("A table survives being written and read", arguments: [
        [["a"]], [["a", "b"], ["", "x"]], [["\"", ",", ";", "\r\n", "\n"]], [[" a ", "é", "👋"]],
    ])
    func roundTrip(rows: [[String]]) throws {
        let read = try CSVTable(parsing: CSVTable.text(rows))
        #expect(read.records.map(\.cells) == rows)
    }

    @Test("Random text is read or refused")
    func random() {
        var generator = SeededGenerator(state: 7)
        for _ in 0..<2_000 {
            let text = String((0..<Int.random(in: 0...40, using: &generator)).compactMap { _ in "a,;\"\r\n\u{FEFF}é".randomElement(using: &generator) })
            _ = try? CSVTable(parsing: text)
        }
    }

    @Test("A code is shown in groups that people can keep", arguments: [
        ("1234", "1234"), ("12345", "12 345"), ("123456", "123 456"), ("1234567", "123 4567"), ("12345678", "1234 5678"), ("123456789", "123 456 789"),
    ])
    func groups(code: String, shown: String) {
        #expect(LineCards.grouped(code) == shown.split(separator: " ").map { "<span>\($0)</span>" }.joined())
    }

    @Test("Cards show name, number and code of who has no phone yet, and no markup of a name")
    func cards() async throws {
        let client = try await APIClient()
        _ = try await client.post("/1.0/lines", ["number": "101", "display_name": "<script>Eve</script>", "provisioning_code": "424242"])
        let page = try await client.get("/1.0/lines/cards")
        #expect(page.headers[.contentType] == "text/html; charset=utf-8")
        let code = "<span>424</span><span>242</span>"
        #expect(page.text.contains(code) && page.text.contains("&lt;script&gt;Eve") && !page.text.contains("<script>"))
        let none = try await client.get("/1.0/lines/cards?ids=other")
        #expect(!none.text.contains(code))
        let german = try await client.get("/1.0/lines/cards?locale=de_AT&title=Haus%20%3CA%3E")
        #expect(german.text.contains("<h1>Haus &lt;A&gt;</h1>") && german.text.contains("Wählen Sie diesen Code"))
    }
}
