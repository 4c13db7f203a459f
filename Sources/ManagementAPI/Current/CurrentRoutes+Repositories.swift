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
            },
            APIRoute(.post, "/1.0/repositories", "provd.repositories.create") { request in
                let repository = try Self.repository(request.body)
                try await useCases.pluginInstaller.add(repository)
                return .created(SecretMask.mask(.object(repository.document)), at: "/1.0/repositories")
            },
            APIRoute(.post, "/1.0/repositories/update", "provd.repositories.update.create") { _ in
                let operation = try await useCases.pluginInstaller.update()
                return .created(operation.document, at: "/1.0/operations/\(operation.id)")
            },
            APIRoute(.delete, "/1.0/repositories/{name}", "provd.repositories.{name}.delete") { request in
                guard try await useCases.pluginInstaller.removeRepository(request.parameter("name")) else {
                    throw APIError(.notFound, "there is no such repository: GET /1.0/repositories lists them")
                }
                return .noContent
            },
        ]
    }

    private static func repository(_ body: JSONValue) throws -> Repository {
        let known: Set = ["name", "url", "keys", "channel", "allow_unsigned"]
        guard let object = body.object else { throw APIError(.badRequest, "the body is an object that describes a repository") }
        if let unknown = object.keys.first(where: { !known.contains($0) }) {
            throw APIError(.badRequest, "“\(unknown)” is not a member of a repository; they are \(known.sorted().joined(separator: ", "))", field: unknown)
        }
        guard let name = object["name"]?.string else { throw APIError(.badRequest, "a repository needs a name", field: "name") }
        guard let url = object["url"]?.string else { throw APIError(.badRequest, "a repository needs its address", field: "url") }
        var keys: [VerifyingKey] = []
        for key in object["keys"]?.array ?? [] { keys.append(try VerifyingKey(key.string ?? "")) }
        guard let channel = PackageChannel(rawValue: object["channel"]?.string ?? "stable") else {
            throw APIError(.badRequest, "a channel is stable or testing", field: "channel")
        }
        return try Repository(
            name: name, url: url, keys: keys, channel: channel, allowsUnsigned: object["allow_unsigned"]?.bool ?? false)
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
