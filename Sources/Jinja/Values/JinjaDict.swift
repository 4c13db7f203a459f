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

    fileprivate struct Contents {
        var keys: [JinjaValue] = []
        var values: [JinjaValue] = []
        var hashes: [Int] = []
        /// Open addressing: positions in the arrays above, -1 where free; the count is a power of two.
        var table: [Int32] = []
        /// How many containers are nested in each other, this one included.
        var depth = 1
    }

    private static let empty = [Contents()]
    /// Exactly one element: the array makes a dictionary one word wide and copies it when it is changed.
    private var storage = JinjaDict.empty

    /// The keys in the order of insertion.
    public var keys: [JinjaValue] { storage[0].keys }
    /// The values in the order of their keys.
    public var values: [JinjaValue] { storage[0].values }
    var depth: Int { storage[0].depth }

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
    public var count: Int { storage[0].keys.count }
    /// Whether there are no keys.
    public var isEmpty: Bool { storage[0].keys.isEmpty }

    /// The value of a text key; assigning `nil` removes the key, which costs a pass over the dictionary.
    public subscript(key: String) -> JinjaValue? {
        get { storage[0].value(of: key, hash: KeyHash.of(key)) }
        set {
            if let newValue {
                storage[0].insert(.string(key), hash: KeyHash.of(key), value: newValue)
            } else if let position = storage[0].position(of: key, hash: KeyHash.of(key)) {
                storage[0].remove(at: position)
            }
        }
    }

    subscript(name: HashedName) -> JinjaValue? {
        storage[0].value(of: name.text, hash: name.hash)
    }

    /// The integer of a text key; `nil` for every other value.
    func integer(named name: HashedName) -> Int? {
        guard let position = storage[0].position(of: name.text, hash: name.hash),
            case .int(let number) = storage[0].values[position]
        else { return nil }
        return number
    }

    /// The value of any key, or `nil` when the key is absent.
    ///
    /// - Throws: ``JinjaRenderError`` for a key that cannot be hashed, such as a list.
    func value(for key: JinjaValue) throws(JinjaRenderError) -> JinjaValue? {
        if let text = key.stringValue { return self[text] }
        return storage[0].position(of: key, hash: try KeyHash.of(key)).map { storage[0].values[$0] }
    }

    /// Sets the value of any key; an existing key keeps its place and its spelling.
    mutating func set(_ key: JinjaValue, to value: JinjaValue) throws(JinjaRenderError) {
        storage[0].insert(key, hash: try KeyHash.of(key), value: value)
    }

    mutating func set(_ name: HashedName, to value: JinjaValue) {
        storage[0].insert(.string(name.text), hash: name.hash, value: value)
    }
}

extension JinjaDict.Contents {
    /// The position of a text key.
    fileprivate func position(of key: String, hash: Int) -> Int? {
        if table.isEmpty { return nil }
        let mask = table.count - 1
        var probe = hash & mask
        while true {
            let position = Int(table[probe])
            if position < 0 { return nil }
            if hashes[position] == hash {
                switch keys[position] {
                case .string(let text), .safe(let text):
                    // Equal hashes of the bytes leave no room for texts that are only canonically equal.
                    if text == key { return position }
                default: break
                }
            }
            probe = (probe + 1) & mask
        }
    }

    fileprivate func value(of key: String, hash: Int) -> JinjaValue? {
        guard let position = position(of: key, hash: hash) else { return nil }
        return values[position]
    }

    /// The position of any key.
    fileprivate func position(of key: JinjaValue, hash: Int) -> Int? {
        if let text = key.stringValue { return position(of: text, hash: hash) }
        if table.isEmpty { return nil }
        let mask = table.count - 1
        var probe = hash & mask
        while true {
            let position = Int(table[probe])
            if position < 0 { return nil }
            if hashes[position] == hash, keys[position].isSameKey(as: key) { return position }
            probe = (probe + 1) & mask
        }
    }

    fileprivate mutating func insert(_ key: JinjaValue, hash: Int, value: JinjaValue) {
        depth = max(depth, value.depth + 1, key.depth + 1)
        if let position = position(of: key, hash: hash) {
            values[position] = value
            return
        }
        keys.append(key)
        values.append(value)
        hashes.append(hash)
        // At most half of the places are taken, so that probing ends soon.
        if keys.count * 2 > table.count {
            rebuild()
        } else {
            place(keys.count - 1)
        }
    }

    fileprivate mutating func remove(at position: Int) {
        keys.remove(at: position)
        values.remove(at: position)
        hashes.remove(at: position)
        rebuild()
    }

    private mutating func rebuild() {
        var size = 8
        while size < keys.count * 2 { size *= 2 }
        table = [Int32](repeating: -1, count: size)
        for position in keys.indices { place(position) }
    }

    private mutating func place(_ position: Int) {
        let mask = table.count - 1
        var probe = hashes[position] & mask
        while table[probe] >= 0 { probe = (probe + 1) & mask }
        table[probe] = Int32(truncatingIfNeeded: position)
    }
}

extension JinjaDict: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, JinjaValue)...) { self.init(elements) }
}

/// The hashes of keys; equal keys have equal hashes whatever their types.
///
/// The bytes of texts are hashed here and not by String, whose own hash unites canonically equal texts,
/// which are two keys in Python. The secrets differ in every process, so that nobody can choose keys
/// that collide; words are mixed by multiplication, because most keys are shorter than the fixed cost of SipHash.
enum KeyHash {
    private static let secret = UInt64.random(in: .min ... .max) | 1
    private static let seed = UInt64.random(in: .min ... .max)

    static func of(_ text: String) -> Int {
        let secret = secret
        var state = seed
        var word: UInt64 = 0
        var count: UInt64 = 0
        let bytes = text.utf8Span.span
        for index in bytes.indices {
            word = word << 8 | UInt64(bytes[index])
            count &+= 1
            if count & 7 == 0 {
                state = mix(state ^ word, secret)
                word = 0
            }
        }
        return Int(truncatingIfNeeded: mix(mix(state ^ word, secret) ^ count, secret))
    }

    private static func mix(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let (high, low) = left.multipliedFullWidth(by: right)
        return high ^ low
    }

    static func of(_ key: JinjaValue) throws(JinjaRenderError) -> Int {
        switch key {
        case .string(let text), .safe(let text): return of(text)
        case .bool(let flag): return of(flag ? 1 : 0)
        case .int(let number): return of(number)
        case .double(let number): return Int(exactly: number).map(of) ?? number.hashValue
        case .null: return 1
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
