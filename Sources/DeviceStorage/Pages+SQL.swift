// SPDX-License-Identifier: GPL-3.0-or-later

import GRDB
import ProvModel

extension PageQuery {
    /// The columns whose values few devices share, the fewest first. The others are shared by many, and are indexed within each tenant.
    private static let selective: [Column] = [.mac, .sn, .uuid, .config, .ip]
    private static let shared: [Column] = [.version, .model, .plugin, .vendor]

    /// The condition of the query and its arguments. Only names of columns that this module knows become part of it.
    ///
    /// SQLite does not know how many rows a value selects. It is told which index to use by a plus sign before all other columns.
    func condition(columns: [Column]) -> (String, StatementArguments) {
        let leader = (Self.selective + Self.shared).first { columns.contains($0) && equals[$0] != nil }
        var conditions = ["rank > ?"]
        var arguments: StatementArguments = [after ?? 0]
        if let tenants {
            let column = leader.map(Self.selective.contains) == true ? "+tenant" : "tenant"
            conditions.append("\(column) IN (\(tenants.map { _ in "?" }.joined(separator: ", ")))")
            arguments += StatementArguments(tenants.map(\.description))
        }
        for column in columns {
            guard let value = equals[column] else { continue }
            conditions.append("\(column == leader ? "" : "+")\(column.rawValue) = ?")
            arguments += [value]
        }
        return (conditions.joined(separator: " AND "), arguments)
    }
}

extension Page {
    /// Makes a page of rows, of which one more was asked for than the page may hold: it shows whether there is a next page.
    init(_ rows: RowCursor, limit: Int, _ element: (Row) throws -> Element) throws {
        var elements: [Element] = []
        var last: Int64?, next: Int64?
        while let row = try rows.next() {
            guard elements.count < limit else {
                next = last
                break
            }
            elements.append(try element(row))
            last = row["rank"]
        }
        self.init(elements, next: next)
    }
}
