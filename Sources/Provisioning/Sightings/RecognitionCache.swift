// SPDX-License-Identifier: GPL-3.0-or-later

import PhonePlugins
import ProvModel
import Synchronization

/// What the plugins made of requests and devices lately: phones send the same requests each time they boot.
///
/// It holds answers of one catalogue; another one's begin anew.
public final class RecognitionCache: Sendable {
    struct Identified: Sendable {
        let identity: Sighting.Identity
        let basis: [String]
    }

    /// By what plugins say how well they serve a device.
    private struct Make: Hashable, Sendable {
        let vendor: String?
        let model: String?
        let version: String?
    }

    /// The bytes that the answers of a kind may take, about: those to twenty thousand requests as phones send them. When they are reached
    /// all are forgotten.
    private static let standardCapacity = 16 << 20

    private struct Table<Question: Hashable & Sendable, Answer: Sendable> {
        /// What an answer takes beside the texts of its question, with those of the answer, which come from it.
        private static var answerByteCount: Int { 512 }

        private(set) var answers: [Question: Answer] = [:]
        private(set) var byteCount = 0

        mutating func keep(_ answer: Answer, to question: Question, textByteCount: Int, capacity: Int) {
            let answerByteCount = Self.answerByteCount + textByteCount
            if byteCount + answerByteCount > capacity { self = Table() }
            guard answerByteCount <= capacity else { return }
            if answers.updateValue(answer, forKey: question) == nil { byteCount += answerByteCount }
        }
    }

    private struct State {
        var catalog: PluginCatalog.Generation
        var requests = Table<PhoneRequest, Identified>()
        var makes = Table<Make, SupportClaim?>()
    }

    private let capacity: Int
    private let state = Mutex(State(catalog: PluginCatalog.empty.generation))

    /// Makes an empty cache.
    public convenience init() { self.init(capacity: Self.standardCapacity) }

    /// Makes an empty cache whose answers of a kind take no more than so many bytes.
    init(capacity: Int) { self.capacity = capacity }

    /// The bytes that the answers take, about.
    var byteCount: Int { state.withLock { $0.requests.byteCount + $0.makes.byteCount } }

    /// What a catalogue makes of a request.
    func identify(_ request: PhoneRequest, with catalog: PluginCatalog) -> Identified {
        let texts = [request.path, request.userAgent, request.vendorClass, request.userClass, request.hostname]
        return answer(\.requests, request, texts, catalog) {
            let identification = catalog.identify(request)
            return Identified(identity: identification.identity, basis: identification.basis)
        }
    }

    /// The plugin of a catalogue that serves a device best, if any is good enough to be chosen without being told.
    func bestSupport(for device: Device, with catalog: PluginCatalog) -> SupportClaim? {
        let make = Make(vendor: device.vendor, model: device.model, version: device.version)
        return answer(\.makes, make, [make.vendor, make.model, make.version], catalog) {
            catalog.support(vendor: device.vendor, model: device.model, version: device.version).first { $0.level.associates }
        }
    }

    /// - Parameter texts: What a question is made of.
    private func answer<Question: Hashable & Sendable, Answer: Sendable>(
        _ table: any (WritableKeyPath<State, Table<Question, Answer>> & Sendable), _ question: Question, _ texts: [String?],
        _ catalog: PluginCatalog, _ find: () -> Answer
    ) -> Answer {
        let known = state.withLock { state -> Answer? in
            if state.catalog != catalog.generation { state = State(catalog: catalog.generation) }
            return state[keyPath: table].answers[question]
        }
        if let known { return known }
        let answer = find()
        let textByteCount = texts.reduce(0) { $0 + ($1?.utf8.count ?? 0) }
        state.withLock { state in
            guard state.catalog == catalog.generation else { return }
            state[keyPath: table].keep(answer, to: question, textByteCount: textByteCount, capacity: capacity)
        }
        return answer
    }
}
