// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes

/// All routes of the API, found by path.
struct RouteTable: Sendable {
    /// Paths of one form, and what can be done there.
    struct Resource: Sendable {
        let segments: [APIRoute.Segment]
        fileprivate(set) var routes: [APIRoute]

        /// The route for a method; a resource that can be read can be asked for its head.
        func route(for method: HTTPRequest.Method) -> APIRoute? {
            let wanted = method == .head ? .get : method
            return routes.first { $0.method == wanted }
        }

        /// The methods that are offered, as the header `Allow` lists them (RFC 9110, 10.2.1).
        var allow: String {
            routes.flatMap { $0.method == .get ? ["GET", "HEAD"] : [$0.method.rawValue] }.joined(separator: ", ")
        }

        fileprivate func holds(_ path: [String]) -> Bool {
            zip(segments, path).allSatisfy { segment, part in
                if case .literal(let text) = segment { text == part } else { true }
            }
        }

        fileprivate func parameters(of path: [String]) -> [String: String] {
            var parameters: [String: String] = [:]
            for case (.parameter(let name), let part) in zip(segments, path) { parameters[name] = part }
            return parameters
        }
    }

    /// The resources by the number of their segments, so that few are compared.
    private let resources: [Int: [Resource]]

    /// Makes a table. Of two forms that hold for one path the first is taken.
    init(_ routes: [APIRoute]) {
        var resources: [Int: [Resource]] = [:]
        for route in routes {
            let count = route.segments.count
            if let place = resources[count]?.firstIndex(where: { $0.segments == route.segments }) {
                resources[count]?[place].routes.append(route)
            } else {
                resources[count, default: []].append(Resource(segments: route.segments, routes: [route]))
            }
        }
        self.resources = resources
    }

    /// What is at a path, with the values of its parameters, or `nil` if nothing is.
    func resource(at path: [String]) -> (resource: Resource, parameters: [String: String])? {
        guard let resource = resources[path.count]?.first(where: { $0.holds(path) }) else { return nil }
        let parameters = resource.parameters(of: path)
        for route in resource.routes {
            if let exists = route.exists, !exists(parameters) { return nil }
        }
        return (resource, parameters)
    }
}
