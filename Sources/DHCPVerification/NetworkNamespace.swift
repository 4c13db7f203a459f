// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc

/// A network namespace that `ip netns` made.
struct NetworkNamespace {
    /// Its name.
    let name: String

    private static let own = "/proc/thread-self/ns/net"
    /// `CLONE_NEWNET` of Linux's sched.h.
    private static let networkKind: Int32 = 0x4000_0000
    private typealias SetNamespace = @convention(c) (Int32, Int32) -> Int32

    /// Does something in the namespace. What belongs to a namespace when it is made, such as a socket, stays in it.
    ///
    /// A thread is in a namespace, so that `body` must stay on its thread: it cannot suspend.
    func enter<Result: ~Copyable>(_ body: () throws -> Result) throws -> Result {
        let home = unsafe open(Self.own, O_RDONLY | O_CLOEXEC)
        let there = unsafe open("/run/netns/\(name)", O_RDONLY | O_CLOEXEC)
        defer {
            close(home)
            close(there)
        }
        guard home >= 0, there >= 0 else { throw VerificationFailure("the namespace \(name) cannot be opened") }
        try Self.set(there)
        do {
            let result = try body()
            try Self.set(home)
            return result
        } catch {
            try Self.set(home)
            throw error
        }
    }

    private static func set(_ descriptor: Int32) throws(VerificationFailure) {
        // The C library has setns(2), and Swift's module of it does not declare it.
        guard let symbol = unsafe dlsym(nil, "setns") else { throw VerificationFailure("this system has no setns") }
        let function = unsafe unsafeBitCast(symbol, to: SetNamespace.self)
        guard function(descriptor, networkKind) == 0 else { throw VerificationFailure("a network namespace cannot be entered: run as root") }
    }
}
