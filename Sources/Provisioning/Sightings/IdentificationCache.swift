// SPDX-License-Identifier: GPL-3.0-or-later

import PhonePlugins
import ProvModel
import Synchronization

/// What the plugins made of requests that came lately: phones send the same ones each time they boot.
final class IdentificationCache: Sendable {
    struct Result: Sendable {
        let identity: Sighting.Identity
        let basis: [String]
    }

    /// The most requests that are remembered, some 10 MB. When it is reached all are forgotten.
    private static let capacity = 20_000

    private struct State {
        var catalog: PluginCatalog.Generation
        var results: [PhoneRequest: Result] = [:]
    }

    private let state = Mutex(State(catalog: PluginCatalog.empty.generation))

    /// Identifies a request with a catalogue.
    func identify(_ request: PhoneRequest, with catalog: PluginCatalog) -> Result {
        let known = state.withLock { state -> Result? in
            if state.catalog != catalog.generation { state = State(catalog: catalog.generation) }
            return state.results[request]
        }
        if let known { return known }
        let identification = catalog.identify(request)
        let result = Result(identity: identification.identity, basis: identification.basis)
        state.withLock { state in
            guard state.catalog == catalog.generation else { return }
            if state.results.count >= Self.capacity { state.results.removeAll() }
            state.results[request] = result
        }
        return result
    }
}
