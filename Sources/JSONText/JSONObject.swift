// SPDX-License-Identifier: GPL-3.0-or-later

/// The members of a JSON object, in order, with one value for each name.
///
/// Documents of phones have a dozen members: looking through them costs less time, and half the memory, of a hash table. Larger objects
/// have one beside the list.
public struct JSONObject: Sendable {
    private struct Member: Sendable {
        let name: String
        var value: JSONValue
    }

    /// With how many members a look through them takes about as long as a hash.
    private static let listedCount = 16

    private var members: [Member] = []
    /// The place of each member, if there are more than a few.
    private var places: [String: Int]?

    /// Makes an object without members.
    public init() {}

    /// Makes an object of members; of two with one name the later value stays, at the place of the first.
    public init(_ members: some Sequence<(String, JSONValue)>) {
        self.members.reserveCapacity(members.underestimatedCount)
        for (name, value) in members { self[name] = value }
    }

    /// The value of a member. Setting `nil` removes it; a new member comes last.
    public subscript(name: String) -> JSONValue? {
        get { place(of: name).map { members[$0].value } }
        set {
            switch (place(of: name), newValue) {
            case (let place?, let value?): members[place].value = value
            case (let place?, nil):
                members.remove(at: place)
                if places != nil { index() }
            case (nil, let value?):
                members.append(Member(name: name, value: value))
                if places != nil { places?[name] = members.count - 1 } else if members.count > Self.listedCount { index() }
            case (nil, nil): break
            }
        }
    }

    private func place(of name: String) -> Int? {
        if let places { places[name] } else { members.firstIndex { $0.name == name } }
    }

    private mutating func index() {
        places = members.count > Self.listedCount ? Dictionary(members.enumerated().map { ($1.name, $0) }) { first, _ in first } : nil
    }

    /// The members' names, in order.
    public var keys: [String] { members.map(\.name) }

    /// The object over which another is laid: objects are merged member by member, anything else is replaced.
    public func merged(with upper: JSONObject) -> JSONObject {
        var result = self
        for (name, value) in upper {
            if case .object(let below)? = result[name], case .object(let above) = value {
                result[name] = .object(below.merged(with: above))
            } else {
                result[name] = value
            }
        }
        return result
    }
}

extension JSONObject: Hashable {
    /// Two objects are equal if they have the same members; order does not matter (RFC 8259, 4).
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        guard left.count == right.count else { return false }
        // Documents that are compared mostly have their members in one order.
        if zip(left.members, right.members).allSatisfy({ $0.name == $1.name && $0.value == $1.value }) { return true }
        return left.members.allSatisfy { right[$0.name] == $0.value }
    }

    public func hash(into hasher: inout Hasher) {
        var all = 0
        for member in members {
            var hasher = Hasher()
            hasher.combine(member.name)
            hasher.combine(member.value)
            // Order does not matter to exclusive or.
            all ^= hasher.finalize()
        }
        hasher.combine(all)
    }
}

extension JSONObject: RandomAccessCollection {
    public var startIndex: Int { members.startIndex }
    public var endIndex: Int { members.endIndex }
    public subscript(position: Int) -> (String, JSONValue) { (members[position].name, members[position].value) }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }
}
