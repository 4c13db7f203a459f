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

    /// The most answers of a kind that are remembered, some 10 MB. When it is reached all are forgotten.
    private static let capacity = 20_000

    private struct State {
        var catalog: PluginCatalog.Generation
        var requests: [PhoneRequest: Identified] = [:]
        var makes: [Make: SupportClaim?] = [:]
    }

    private let state = Mutex(State(catalog: PluginCatalog.empty.generation))

    /// What a catalogue makes of a request.
    func identify(_ request: PhoneRequest, with catalog: PluginCatalog) -> Identified {
        answer(\.requests, request, catalog) {
            let identification = catalog.identify(request)
            return Identified(identity: identification.identity, basis: identification.basis)
        }
    }

    /// The plugin of a catalogue that serves a device best, if any is good enough to be chosen without being told.
    func bestSupport(for device: Device, with catalog: PluginCatalog) -> SupportClaim? {
        answer(\.makes, Make(vendor: device.vendor, model: device.model, version: device.version), catalog) {
            catalog.support(vendor: device.vendor, model: device.model, version: device.version).first { $0.level.associates }
        }
    }

    private func answer<Question: Hashable & Sendable, Answer: Sendable>(
        _ table: any (WritableKeyPath<State, [Question: Answer]> & Sendable), _ question: Question, _ catalog: PluginCatalog, _ find: () -> Answer
    ) -> Answer {
        let known = state.withLock { state -> Answer? in
            if state.catalog != catalog.generation { state = State(catalog: catalog.generation) }
            return state[keyPath: table][question]
        }
        if let known { return known }
        let answer = find()
        state.withLock { state in
            guard state.catalog == catalog.generation else { return }
            if state[keyPath: table].count >= Self.capacity { state[keyPath: table].removeAll() }
            state[keyPath: table][question] = answer
        }
        return answer
    }
}
