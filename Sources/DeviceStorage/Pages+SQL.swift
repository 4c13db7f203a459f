// SPDX-License-Identifier: GPL-3.0-or-later

import GRDB
import ProvModel

extension PageQuery {
    /// The condition of the query and its arguments. Only names of columns that this module knows become part of it.
    func condition(columns: [Column]) -> (String, StatementArguments) {
        var conditions = ["rank > ?"]
        var arguments: StatementArguments = [after ?? 0]
        if let tenants {
            conditions.append("tenant IN (\(tenants.map { _ in "?" }.joined(separator: ", ")))")
            arguments += StatementArguments(tenants.map(\.description))
        }
        for column in columns {
            guard let value = equals[column] else { continue }
            conditions.append("\(column.rawValue) = ?")
            arguments += [value]
        }
        return (conditions.joined(separator: " AND "), arguments)
    }
}

extension Page {
    /// Makes a page of rows, of which one more was asked for than the page may hold: it shows whether there is a next page.
    init(_ rows: [Row], limit: Int, _ element: (Row) throws -> Element) throws {
        let page = rows.prefix(limit)
        let next: Int64? = rows.count > limit ? page.last.map { $0["rank"] } : nil
        self.init(try page.map(element), next: next)
    }
}
