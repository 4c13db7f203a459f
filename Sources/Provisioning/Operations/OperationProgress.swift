// SPDX-License-Identifier: GPL-3.0-or-later

import Synchronization

/// Where an operation, or a part of it, stands: as a tree, since an installation is a download and an unpacking.
public struct OperationPart: Sendable, Equatable {
    /// What it is, in letters and `_`; a part may be without.
    public var label: String?
    /// Where it stands.
    public var state: Operations.State = .waiting
    /// How much is done: bytes, or files. `nil` for what is not counted.
    public var current: Int?
    /// How much there is to do, where it is known.
    public var end: Int?
    /// Of what it is made.
    public var parts: [OperationPart]

    /// Describes what is still to be done.
    public init(_ label: String? = nil, current: Int? = nil, end: Int? = nil, parts: [OperationPart] = []) {
        self.label = label
        self.current = current
        self.end = end
        self.parts = parts
    }

    /// Changes the part at a path of positions; a path that leads nowhere changes nothing.
    fileprivate mutating func update(_ path: ArraySlice<Int>, _ change: (inout OperationPart) -> Void) {
        guard let first = path.first else { return change(&self) }
        guard parts.indices.contains(first) else { return }
        parts[first].update(path.dropFirst(), change)
    }

    /// Lets everything that runs end in one state.
    fileprivate mutating func end(as state: Operations.State) {
        if self.state == .progress { self.state = state }
        for position in parts.indices { parts[position].end(as: state) }
    }
}

/// By which a job says how far it is. Anybody may look at any time.
public final class OperationProgress: Sendable {
    private let root: Mutex<OperationPart>

    /// Begins with everything to be done.
    public init(_ plan: OperationPart) { root = Mutex(plan) }

    /// Where the operation stands now.
    public var now: OperationPart { root.withLock { $0 } }

    /// The state of the whole.
    var state: Operations.State { root.withLock { $0.state } }

    /// Changes the part at a path: `[0, 2]` is the third part of the first.
    public func update(_ path: [Int] = [], _ change: (inout OperationPart) -> Void) { root.withLock { $0.update(path[...], change) } }

    /// Does a part: it is in progress, and then a success.
    public func during<Result>(_ path: [Int], _ body: () async throws -> Result) async throws -> Result {
        update(path) { $0.state = .progress }
        let result = try await body()
        update(path) { $0.state = .success }
        return result
    }

    func finish(as state: Operations.State) {
        root.withLock { root in
            root.end(as: state)
            root.state = state
        }
    }
}
