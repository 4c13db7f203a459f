// SPDX-License-Identifier: GPL-3.0-or-later

import PhonePlugins
import ProvModel
import Synchronization

/// Files that were rendered lately.
///
/// An entry holds all that went into the bytes. It serves only if all of that is the same still, so that nothing is ever
/// stale, and dropping the cache at any moment changes nothing but speed. The documents come from the storage's cache and
/// share their memory with the entry's: comparing them compares addresses.
final class RenderedFileCache: Sendable {
    /// What was asked for.
    struct Key: Hashable {
        let device: DeviceID
        let path: String
        let transport: PhoneFileRequest.Transport
        let server: String
        let userAgent: String?
        let urlKey: String?

        /// What an entry takes beside its file: the texts of its key, and the rest of it, about.
        fileprivate var byteCount: Int {
            let texts = [device.description, path, server, userAgent, urlKey]
            return 512 + texts.reduce(0) { $0 + ($1?.utf8.count ?? 0) }
        }
    }

    /// What a file was made of.
    struct Ingredients {
        let plugin: Plugin
        let device: Device
        let configs: ConfigTree
        /// The year, by which the rules of a few time zones go.
        let year: Int
    }

    private struct Entry {
        let ingredients: Ingredients
        let file: PieceStore.File
        let mediaType: String
        let sha256: String
    }

    private struct State {
        var entries: [Key: Entry] = [:]
        var pieces = PieceStore()
        var keyByteCount = 0
    }

    /// The bytes that files and what they are found by may take. When they are reached all files are let go.
    private let capacity: Int
    private let state = Mutex(State())

    init(capacity: Int) { self.capacity = capacity }

    /// The file, if it was made of the same.
    func content(_ key: Key, madeOf ingredients: Ingredients) -> PhoneFileAnswer.RenderedContent? {
        let entry = state.withLock { $0.entries[key] }
        guard let entry, entry.ingredients.isEqual(to: ingredients) else { return nil }
        // The pieces are constant: they are put together outside the lock.
        return .init(bytes: entry.file.bytes, mediaType: entry.mediaType, sha256: entry.sha256)
    }

    /// Keeps a file.
    func keep(_ content: PhoneFileAnswer.RenderedContent, as key: Key, madeOf ingredients: Ingredients) {
        state.withLock { state in
            if state.pieces.byteCount + state.keyByteCount > capacity { state = State() }
            if let former = state.entries[key] { state.pieces.release(former.file) } else { state.keyByteCount += key.byteCount }
            state.entries[key] = Entry(
                ingredients: ingredients, file: state.pieces.store(content.bytes), mediaType: content.mediaType, sha256: content.sha256)
        }
    }
}

extension RenderedFileCache.Ingredients {
    fileprivate func isEqual(to other: RenderedFileCache.Ingredients) -> Bool {
        plugin === other.plugin && year == other.year && device == other.device && configs == other.configs
    }
}
