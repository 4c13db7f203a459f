// SPDX-License-Identifier: GPL-3.0-or-later

import CPcap
import Glibc

/// What this process may do: as little as captures need.
///
/// `CAP_NET_RAW` opens a capture, and an interface that is plugged in later needs a new one. So the capability stays permitted,
/// but it is in effect only on one thread and only while a capture is being opened (`withRawSockets`): no packet is read with it.
/// Everything else is given up for good.
public enum CapturePrivileges {
    private static let rawSockets: UInt64 = 1 << UInt64(CAP_NET_RAW)

    /// Gives up all capabilities but the permission to open captures, and the way to new privileges by starting a program.
    ///
    /// Capabilities belong to threads, and threads inherit them: call this first of all, while there is only one.
    ///
    /// - Parameter user: The user to become, when started as root; `nil` stays who it is.
    /// - Throws: `CaptureError` of code `notPermitted` if the user cannot be become, `failed` if the system refuses.
    public static func reduce(becoming user: String?) throws(CaptureError) {
        // Whoever was given only the one capability may not change these, and need not: nothing can be gained from them.
        _ = cpcap_process_control(PR_CAP_AMBIENT, UInt(PR_CAP_AMBIENT_CLEAR_ALL))
        for capability in 0...UInt(CAP_LAST_CAP) where capability != UInt(CAP_NET_RAW) {
            _ = cpcap_process_control(PR_CAPBSET_DROP, capability)
        }
        if let user { try become(user) }
        try check(cpcap_process_control(PR_SET_NO_NEW_PRIVS, 1), "new privileges cannot be ruled out")
        try check(cpcap_set_capabilities(permitted & rawSockets, 0), "capabilities cannot be given up")
    }

    /// Calls `body` with `CAP_NET_RAW` in effect on this thread, if the process has it.
    static func withRawSockets<Value>(_ body: () throws(CaptureError) -> Value) throws(CaptureError) -> Value {
        // Nothing else was kept if the privileges were reduced; if they were not, as in a test, all stays as it is.
        guard permitted == rawSockets else { return try body() }
        // A failure shows when the capture is opened, with words about it.
        _ = cpcap_set_capabilities(rawSockets, rawSockets)
        defer { _ = cpcap_set_capabilities(rawSockets, 0) }
        return try body()
    }

    private static var permitted: UInt64 {
        var set: UInt64 = 0
        return unsafe cpcap_get_permitted(&set) == 0 ? set : 0
    }

    private static func become(_ name: String) throws(CaptureError) {
        guard let entry = unsafe getpwnam(name) else {
            throw CaptureError(.notPermitted, "there is no user \(name): name one that “getent passwd” lists, or make one with useradd --system")
        }
        let (user, group) = unsafe (entry.pointee.pw_uid, entry.pointee.pw_gid)
        guard geteuid() == 0 else {
            guard geteuid() == user else {
                throw CaptureError(.notPermitted, "only root can become \(name): leave --user out, or start the program as root")
            }
            return
        }
        // Another user would have no capability left otherwise.
        try check(cpcap_process_control(PR_SET_KEEPCAPS, 1), "capabilities cannot be kept")
        try check(unsafe initgroups(name, group), "the groups of \(name) cannot be taken")
        try check(setgid(group), "the group of \(name) cannot be taken")
        try check(setuid(user), "the process cannot become \(name)")
    }

    private static func check(_ status: Int32, _ what: String) throws(CaptureError) {
        guard status == 0 else { throw CaptureError(.failed, "\(what): \(CaptureError.reason(errno))") }
    }
}
