// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import HTTPTypes
public import Hummingbird
public import Logging
import NIOCore

/// Answers FreeSWITCH's mod_xml_curl at one path of a server, with credentials of its own, and leaves all else to another responder.
public struct FreeSWITCHResponder<Next: HTTPResponder>: HTTPResponder where Next.Context: RequestContext {
    public typealias Context = Next.Context

    /// The path.
    public static var path: String { "/pbx/freeswitch" }

    /// The largest request that is read: a dialplan request with all variables of a channel has some 20 kB.
    private static var maximumLength: Int { 512 * 1_024 }

    private let next: Next
    private let answers: FreeSWITCHAnswers?
    private let authorization: [UInt8]
    private let logger: Logger

    /// Makes a responder.
    ///
    /// - Parameters:
    ///   - answers: What it answers; `nil` if there is no FreeSWITCH.
    ///   - username: The name of `gateway-credentials`.
    ///   - password: The password of `gateway-credentials`.
    public init(before next: Next, answers: FreeSWITCHAnswers?, username: String, password: String, logger: Logger) {
        self.next = next
        self.answers = answers
        authorization = Array("Basic \(Data("\(username):\(password)".utf8).base64EncodedString())".utf8)
        self.logger = logger
    }

    public func respond(to request: Request, context: Context) async throws -> Response {
        guard let answers, request.uri.path == Self.path else { return try await next.respond(to: request, context: context) }
        guard request.method == .post else { return Response(status: .methodNotAllowed, headers: [.allow: "POST"]) }
        guard isAuthorized(request.headers[.authorization]) else {
            logger.warning("FreeSWITCH was refused: its gateway-credentials are not those of freeswitch.username and freeswitch.password_file")
            return Response(status: .unauthorized, headers: [.wwwAuthenticate: "Basic realm=\"provd\""])
        }
        let text: String
        do {
            let body = try await request.body.collect(upTo: Self.maximumLength)
            guard let form = FormFields(body.readableBytesView) else { return Response(status: .badRequest) }
            text = try await answers.answer(to: form)
        } catch let error as any HTTPResponseError {
            throw error
        } catch {
            logger.error("FreeSWITCH could not be answered", metadata: ["reason": "\(error)"])
            return Response(status: .serviceUnavailable)
        }
        return Response(status: .ok, headers: [.contentType: "text/xml; charset=utf-8"], body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    /// Compares all bytes, so that the time says nothing of where they differ.
    private func isAuthorized(_ header: String?) -> Bool {
        guard let given = header.map({ Array($0.utf8) }), given.count == authorization.count else { return false }
        return zip(given, authorization).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
