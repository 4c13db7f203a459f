// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import JSONText
import NetTypes
import ProvModel
import Provisioning

/// The routes under `/1.0`: provd's own.
struct CurrentRoutes {
    let useCases: ManagementUseCases
    /// The streams of events that are open.
    let streams = EventStreamLimit()

    init(_ useCases: ManagementUseCases) { self.useCases = useCases }

    var all: [APIRoute] {
        var routes = lineFiles + lines + codeLocks + devices + deviceInsight + timeline + configs + access + audit + dhcp + backups
        routes += operations + parameters + plugins + templates + repositories + uploads + phones + pbx + doctor
        return routes + [OpenAPIDescription.route(of: routes)]
    }

    // MARK: - Parts of lists

    /// How many elements a part of a list has, if a client does not say it, and at the most.
    private static let usualLength = 100, maximumLength = 1_000

    /// The query parameters of a list that comes in parts.
    static let pageParameters: [APIOperation.Parameter] = [
        .number("limit", 1...maximumLength, "how many elements at the most (default \(usualLength))"),
        .text("cursor", matching: "^[1-9][0-9]{0,17}$", "where to go on: the next of the part before"),
    ]

    /// Where a part of a list begins, and how long it is.
    static func page(_ request: APIRequest) throws -> (after: Int64?, limit: Int) {
        let limit = try number("limit", request, in: 1...maximumLength) ?? usualLength
        guard let cursor = request.query["cursor"] else { return (nil, limit) }
        guard let position = Int64(cursor), position > 0 else {
            throw APIError(.badRequest, "a cursor is the next of the part before", field: "cursor")
        }
        return (position, limit)
    }

    /// A part of a list as an answer.
    static func page(_ name: String, _ elements: [JSONValue], next: Int64?) -> APIResponse {
        .ok(.object([name: .array(elements), "next": next.map { .string(String($0)) } ?? .null]))
    }

    // MARK: - Reading requests

    /// A whole number of the query.
    static func number(_ name: String, _ request: APIRequest, in range: ClosedRange<Int>) throws -> Int? {
        guard let text = request.query[name] else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw APIError(.badRequest, "\(name) is a whole number from \(range.lowerBound) to \(range.upperBound)", field: name)
        }
        return number
    }

    /// Whether a query parameter is set. Any other word than the two is refused: “1” must not be taken for no.
    static func flag(_ name: String, _ request: APIRequest) throws -> Bool {
        switch request.query[name] {
        case nil, "false"?: return false
        case "true"?: return true
        default: throw APIError(.badRequest, "\(name) is true or false", field: name)
        }
    }

    /// The members of a body. One that is not known is refused: a slip of the pen must not be taken for nothing.
    static func members(of body: JSONValue, _ kind: String, known: Set<String>) throws -> JSONObject {
        guard let object = body.object else { throw APIError(.badRequest, "the body is an object that describes \(kind)") }
        if let unknown = object.keys.first(where: { !known.contains($0) }) {
            throw APIError(.badRequest, "“\(unknown)” is not a member of \(kind); they are \(known.sorted().joined(separator: ", "))", field: unknown)
        }
        return object
    }

    /// A text of a body, or `nil` if it is absent or null.
    static func text(_ name: String, in object: JSONObject) throws -> String? {
        guard let value = object[name], !value.isNull else { return nil }
        guard let text = value.string else { throw APIError(.badRequest, "\(name) is a text", field: name) }
        return text
    }

    /// A time of a body, or `nil` if it is absent or null.
    static func time(_ name: String, in object: JSONObject) throws -> Double? {
        switch object[name] {
        case nil, .null?: return nil
        case .int(let seconds)?: return Double(seconds)
        case .double(let seconds)?: return seconds
        default: throw APIError(.badRequest, "\(name) is a time in seconds since 1970", field: name)
        }
    }

    /// The device that a path names by its id or hardware address.
    static func device(_ request: APIRequest, _ useCases: ManagementUseCases) async throws -> Device {
        guard let device = try await useCases.devices(request).device(request.parameter("name")) else { throw noDevice }
        return device
    }

    /// The same, also if only a line on it can be seen.
    static func visibleDevice(_ request: APIRequest, _ useCases: ManagementUseCases) async throws -> Device {
        guard let device = try await useCases.devices(request).visibleDevice(request.parameter("name")) else { throw noDevice }
        return device
    }

    static var noDevice: APIError { APIError(.notFound, "no device has this id or hardware address: GET /1.0/devices lists them") }
}
