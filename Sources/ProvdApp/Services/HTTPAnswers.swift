// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import PhoneHTTP

/// Lets a responder answer the requests of a server's connections: with an id for the log, and with the date.
struct HTTPAnswers<Responder: HTTPResponder>: Sendable where Responder.Context: InitializableFromSource<ApplicationRequestContextSource> {
    private let responder: Responder
    private let logger: Logger

    init(_ responder: Responder, logger: Logger) {
        self.responder = responder
        self.logger = logger
    }

    /// Answers one request.
    ///
    /// - Throws: What ends the connection.
    @Sendable @concurrent func answer(_ request: Request, _ writer: consuming ResponseWriter, _ channel: any Channel) async throws {
        var logger = logger
        logger[metadataKey: "hb.request.id"] = .stringConvertible(RequestID())
        var response: Response
        do {
            response = try await responder.respond(
                to: request, context: Responder.Context(source: ApplicationRequestContextSource(channel: channel, logger: logger)))
        } catch let error as HTTPParserError {
            throw error
        } catch {
            logger.debug("a request could not be answered", metadata: ["error": "\(error)"])
            response = Response(status: .internalServerError)
        }
        // RFC 9110, 6.6.1: an origin server with a clock says when.
        response.headers[.date] = HTTPDate(seconds: Int(exactly: Date().timeIntervalSince1970.rounded(.down)) ?? 0).text
        do {
            try await writer.write(response: response.head, body: response.body)
        } catch is HTTPParserError {
            // The connection answers a parser's error with a response, and one has begun.
            throw BodyProblem()
        }
    }

    /// What a client sent after a response had begun was no HTTP.
    private struct BodyProblem: Error {}
}
