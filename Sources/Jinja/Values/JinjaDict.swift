// SPDX-License-Identifier: GPL-3.0-or-later

/// An ordered dictionary with the key equality of Python: `1`, `1.0` and `True` are one key.
///
/// The hash of every key is kept, and templates hash the names they mention once, when they are
/// compiled: looking up an attribute costs one probe and one comparison. Copies share their storage.
public struct JinjaDict: Sendable {
    /// A key's text together with its hash.
    struct HashedName: Sendable {
        let text: String
        let hash: Int

        init(_ text: String) {
            self.text = text
            hash = KeyHash.of(text)
        }
    }

    /// The arrays behind one dictionary.
    ///
    /// `@unchecked Sendable` holds because every mutation goes through ``JinjaDict/mutable()``, which
    /// copies the storage unless this dictionary is its only owner: shared storage never changes.
    private final class Storage: @unchecked Sendable {
        var keys: [JinjaValue] = []
        var values: [JinjaValue] = []
        var hashes: [Int] = []
        /// Open addressing: positions in the arrays above, -1 where free; the count is a power of two.
        var table: [Int32] = []
        var depth = 1
    }

    private static let emptyStorage = Storage()
    private var storage = JinjaDict.emptyStorage

    /// The keys in the order of insertion.
    public var keys: [JinjaValue] { storage.keys }
    /// The values in the order of their keys.
    public var values: [JinjaValue] { storage.values }
    /// How many containers are nested in each other, this one included.
    var depth: Int { storage.depth }

    private mutating func mutable() -> Storage {
        if !isKnownUniquelyReferenced(&storage) {
            let copy = Storage()
            copy.keys = storage.keys
            copy.values = storage.values
            copy.hashes = storage.hashes
            copy.table = storage.table
            copy.depth = storage.depth
            storage = copy
        }
        return storage
    }

    /// Makes an empty dictionary.
    public init() {}

    /// Makes a dictionary from pairs; a later pair replaces an earlier one of the same key.
    public init(_ pairs: some Sequence<(String, JinjaValue)>) {
        for (key, value) in pairs { self[key] = value }
    }

    /// Makes a dictionary from an unordered one, ordered by key so that output is stable.
    public init(_ dictionary: [String: JinjaValue]) {
        self.init(dictionary.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map { ($0.key, $0.value) })
    }

    /// The number of keys.
    public var count: Int { storage.keys.count }
    /// Whether there are no keys.
    public var isEmpty: Bool { storage.keys.isEmpty }

    /// The value of a text key; assigning `nil` removes the key, which costs a pass over the dictionary.
    public subscript(key: String) -> JinjaValue? {
        get { position(of: key, hash: KeyHash.of(key)).map { storage.values[$0] } }
        set {
            if let newValue {
                insert(.string(key), hash: KeyHash.of(key), value: newValue)
            } else if let position = position(of: key, hash: KeyHash.of(key)) {
                remove(at: position)
            }
        }
    }

    subscript(name: HashedName) -> JinjaValue? {
        position(of: name.text, hash: name.hash).map { storage.values[$0] }
    }

    /// The value of any key, or `nil` when the key is absent.
    ///
    /// - Throws: ``JinjaRenderError`` for a key that cannot be hashed, such as a list.
    func value(for key: JinjaValue) throws(JinjaRenderError) -> JinjaValue? {
        if let text = key.stringValue { return self[text] }
        return position(of: key, hash: try KeyHash.of(key)).map { storage.values[$0] }
    }

    /// Sets the value of any key; an existing key keeps its place and its spelling.
    mutating func set(_ key: JinjaValue, to value: JinjaValue) throws(JinjaRenderError) {
        insert(key, hash: try KeyHash.of(key), value: value)
    }

    mutating func set(_ name: HashedName, to value: JinjaValue) {
        insert(.string(name.text), hash: name.hash, value: value)
    }

    // MARK: Storage

    private func position(of key: String, hash: Int) -> Int? {
        let storage = storage
        if storage.table.isEmpty { return nil }
        let mask = storage.table.count - 1
        var probe = hash & mask
        while true {
            let position = Int(storage.table[probe])
            if position < 0 { return nil }
            if storage.hashes[position] == hash {
                switch storage.keys[position] {
                case .string(let text), .safe(let text):
                    if text == key { return position }
                default: break
                }
            }
            probe = (probe + 1) & mask
        }
    }

    private func position(of key: JinjaValue, hash: Int) -> Int? {
        if let text = key.stringValue { return position(of: text, hash: hash) }
        if storage.table.isEmpty { return nil }
        let mask = storage.table.count - 1
        var probe = hash & mask
        while true {
            let position = Int(storage.table[probe])
            if position < 0 { return nil }
            if storage.hashes[position] == hash, storage.keys[position].isSameKey(as: key) { return position }
            probe = (probe + 1) & mask
        }
    }

    private mutating func insert(_ key: JinjaValue, hash: Int, value: JinjaValue) {
        let found = position(of: key, hash: hash)
        let storage = mutable()
        storage.depth = max(storage.depth, value.depth + 1, key.depth + 1)
        if let found {
            storage.values[found] = value
            return
        }
        storage.keys.append(key)
        storage.values.append(value)
        storage.hashes.append(hash)
        // At most half of the places are taken, so that probing ends soon.
        if storage.keys.count * 2 > storage.table.count {
            Self.rebuild(storage)
        } else {
            Self.place(storage.keys.count - 1, in: storage)
        }
    }

    private mutating func remove(at position: Int) {
        let storage = mutable()
        storage.keys.remove(at: position)
        storage.values.remove(at: position)
        storage.hashes.remove(at: position)
        Self.rebuild(storage)
    }

    private static func rebuild(_ storage: Storage) {
        var size = 8
        while size < storage.keys.count * 2 { size *= 2 }
        storage.table = [Int32](repeating: -1, count: size)
        for position in storage.keys.indices { place(position, in: storage) }
    }

    private static func place(_ position: Int, in storage: Storage) {
        let mask = storage.table.count - 1
        var probe = storage.hashes[position] & mask
        while storage.table[probe] >= 0 { probe = (probe + 1) & mask }
        storage.table[probe] = Int32(truncatingIfNeeded: position)
    }
}

extension JinjaDict: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, JinjaValue)...) { self.init(elements) }
}

/// The hashes of keys; equal keys have equal hashes whatever their types.
enum KeyHash {
    static func of(_ text: String) -> Int {
        var hasher = Hasher()
        // The bytes are hashed, because String's own hash unites canonically equal texts, which are two keys in Python.
        for byte in text.utf8 { hasher.combine(byte) }
        return hasher.finalize()
    }

    static func of(_ key: JinjaValue) throws(JinjaRenderError) -> Int {
        switch key {
        case .string(let text), .safe(let text): return of(text)
        case .bool(let flag): return of(flag ? 1 : 0)
        case .int(let number): return of(number)
        case .double(let number): return Int(exactly: number).map(of) ?? number.hashValue
        case .none: return 1
        case .tuple(let list):
            var hash = 3
            for value in list.values { hash = hash &* 31 &+ (try of(value)) }
            return hash
        case .undefined: return 2
        case .list, .dict: throw JinjaRenderError(.type, "a \(key.typeName) cannot be a key")
        case .object(let object): return object.hash
        }
    }

    private static func of(_ number: Int) -> Int { number.hashValue }
}
