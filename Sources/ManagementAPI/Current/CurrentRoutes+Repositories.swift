// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import JSONText
import PluginInstallation
import PluginPackages
import ProvModel
import Provisioning

extension CurrentRoutes {
    /// From where plugins are installed.
    var repositories: [APIRoute] {
        let useCases = useCases
        return [
            APIRoute(.get, "/1.0/repositories", "provd.repositories.read") { _ in
                .ok(["repositories": .array(try await useCases.pluginInstaller.repositories().map(\.document))])
            }.described(APIOperation("List the repositories, with what is known of their contents.", answer: "Repositories")),
            APIRoute(.post, "/1.0/repositories", "provd.repositories.create") { request in
                let repository = try Self.repository(request.body)
                try await useCases.pluginInstaller.add(repository)
                let document = try await Self.repository(repository.name, useCases)
                return .created(document, at: "/1.0/repositories/\(repository.name)", DocumentRevision(of: document))
            }.described(
                APIOperation("Add a repository.", body: "RepositoryDraft", status: 201, answer: "Repository", revision: .shown)),
            APIRoute(.post, "/1.0/repositories/update", "provd.repositories.update.create") { _ in
                let operation = try await useCases.pluginInstaller.update()
                return .created(operation.document, at: "/1.0/operations/\(operation.id)")
            }.described(APIOperation("Fetch what the repositories offer.", body: "Empty", status: 201, answer: "Operation")),
            APIRoute(.get, "/1.0/repositories/{name}", "provd.repositories.{name}.read") { request in
                let document = try await Self.repository(request.parameter("name"), useCases)
                return .ok(document, DocumentRevision(of: document))
            }.described(APIOperation("One repository.", answer: "Repository", revision: .shown)),
            APIRoute(.delete, "/1.0/repositories/{name}", "provd.repositories.{name}.delete") { request in
                let name = request.parameter("name")
                let document = try await Self.repository(name, useCases)
                try request.expected.check(DocumentRevision(of: document))
                guard try await useCases.pluginInstaller.removeRepository(name) else { throw Self.noRepository }
                return .noContent
            }.described(APIOperation("Remove a repository; what was installed from it stays.", status: 204, revision: .checked)),
        ]
    }

    private static func repository(_ name: String, _ useCases: ManagementUseCases) async throws -> JSONValue {
        guard let state = try await useCases.pluginInstaller.repositories().first(where: { $0.repository.name == name }) else { throw noRepository }
        return state.document
    }

    private static var noRepository: APIError { APIError(.notFound, "there is no such repository: GET /1.0/repositories lists them") }

    private static func repository(_ body: JSONValue) throws -> Repository {
        let object = try members(of: body, "a repository", known: ["name", "url", "keys", "channel", "allow_unsigned"])
        guard let name = try text("name", in: object) else { throw APIError(.badRequest, "a repository needs a name", field: "name") }
        guard let url = try text("url", in: object) else { throw APIError(.badRequest, "a repository needs its address", field: "url") }
        guard let texts = (object["keys"] ?? []).array, texts.allSatisfy({ $0.string != nil }) else {
            throw APIError(.badRequest, "keys is a list of public keys, as texts", field: "keys")
        }
        var keys: [VerifyingKey] = []
        for text in texts.compactMap(\.string) { keys.append(try VerifyingKey(text)) }
        guard let channel = PackageChannel(rawValue: try text("channel", in: object) ?? "stable") else {
            throw APIError(.badRequest, "a channel is stable or testing", field: "channel")
        }
        let allowsUnsigned = object["allow_unsigned"] ?? .null
        guard allowsUnsigned.isNull || allowsUnsigned.bool != nil else {
            throw APIError(.badRequest, "allow_unsigned is true or false", field: "allow_unsigned")
        }
        return try Repository(name: name, url: url, keys: keys, channel: channel, allowsUnsigned: allowsUnsigned.bool ?? false)
    }
}

extension PluginInstaller.RepositoryState {
    fileprivate var document: JSONValue {
        var document = repository.document
        document["keys"] = .array(repository.keys.map { .string($0.id) })
        document["serial"] = index.map { .int($0.serial) } ?? .null
        document["expires"] = (index?.expires?.description).map(JSONValue.string) ?? .null
        document["packages"] = .int(index?.packages.count ?? 0)
        return SecretMask.mask(.object(document))
    }
}
