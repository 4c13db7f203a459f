// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import HummingbirdCore
import JSONText
import NIOCore
import ProvModel
import Provisioning

extension CurrentRoutes {
    /// How much of a backup is sent at once.
    private static let chunkLength = 256 * 1_024

    /// Copies of all that provd knows. They hold every password: only the appliance's own tenant has to do with them.
    var backups: [APIRoute] {
        let useCases = useCases
        return [
            APIRoute(.get, "/1.0/backups", "provd.backups.read") { request in
                let shelf = try await Self.shelf(request, useCases)
                return .ok(["backups": .array(try shelf.all().map(Self.document))])
            }.described(APIOperation("List the backups, the newest first.", answer: "Backups")),
            APIRoute(.post, "/1.0/backups", "provd.backups.create") { request in
                let backup = try await Self.shelf(request, useCases).make()
                return .created(Self.document(backup), at: "/1.0/backups/\(backup.name)")
            }.described(APIOperation("Make a backup while provd runs.", body: "Empty", status: 201, answer: "Backup")),
            APIRoute(.get, "/1.0/backups/{name}", "provd.backups.{name}.read") { request in
                let shelf = try await Self.shelf(request, useCases), name = request.parameter("name")
                guard let reader = try shelf.reader(name) else { throw Self.noBackup }
                return APIResponse(
                    status: .ok, mediaType: "application/vnd.sqlite3",
                    rawBody: .stream { writer in
                        while let chunk = try reader.next(Self.chunkLength) { try await writer.write(ByteBuffer(bytes: chunk)) }
                    }, fileName: name)
            }.described(APIOperation("A backup as a file. It holds every password: keep it as such.", answerType: "application/vnd.sqlite3")),
            APIRoute(.delete, "/1.0/backups/{name}", "provd.backups.{name}.delete") { request in
                guard try await Self.shelf(request, useCases).delete(request.parameter("name")) else { throw Self.noBackup }
                return .noContent
            }.described(APIOperation("Delete a backup.", status: 204)),
            APIRoute(.post, "/1.0/backups/{name}/restore", "provd.backups.{name}.restore.create") { request in
                let shelf = try await Self.shelf(request, useCases)
                let isThere: Bool
                do {
                    isThere = try shelf.stage(request.parameter("name"))
                } catch let error as StoreError where error.code == .corrupt {
                    throw APIError(.unprocessableContent, "this backup cannot be restored, and nothing was changed: \(error.description)")
                }
                guard isThere else { throw Self.noBackup }
                return .ok(["text": "the backup is sound and takes the place of the database when provd is restarted; the present one is kept beside it"])
            }.described(APIOperation("Check a backup, and have it restored when provd starts next.", body: "Empty", answer: "Restoration")),
        ]
    }

    private static func shelf(_ request: APIRequest, _ useCases: ManagementUseCases) async throws -> BackupShelf {
        guard let shelf = useCases.backups else { throw APIError(.conflict, "this provd keeps its data in memory") }
        guard try await request.scope().holds(useCases.tenant) else {
            throw APIError(.forbidden, "a backup holds the data of all tenants: only the appliance's own may ask for one")
        }
        return shelf
    }

    private static var noBackup: APIError { APIError(.notFound, "there is no such backup: GET /1.0/backups lists them") }

    private static func document(_ backup: BackupShelf.Backup) -> JSONValue {
        ["name": .string(backup.name), "size": .int(backup.size), "time": .double(backup.time)]
    }
}
