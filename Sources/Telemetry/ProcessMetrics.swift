// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc

/// What the system says of this process, with the names that Prometheus' own clients use.
public struct ProcessMetrics: MetricSource {
    private let directory: String

    /// Describes this process.
    ///
    /// - Parameter directory: Where the kernel shows it (proc(5)).
    public init(directory: String = "/proc/self") { self.directory = directory }

    public var families: [MetricFamily] {
        var families: [MetricFamily] = []
        if let status = ProcessStatus(Self.read(directory + "/stat")) {
            let ticks = Double(max(1, sysconf(Int32(_SC_CLK_TCK)))), page = Double(max(1, sysconf(Int32(_SC_PAGESIZE))))
            families += [
                .counter("process_cpu_seconds_total", "Processor time that provd used, in seconds.", [.init(Double(status.processorTicks) / ticks)]),
                .gauge("process_virtual_memory_bytes", "Address space of provd.", Double(status.virtualBytes)),
                .gauge("process_resident_memory_bytes", "Memory that provd has in use.", Double(status.residentPages) * page),
                .gauge("process_threads", "Threads of provd.", Double(status.threads)),
            ]
            if let boot = Self.bootTime {
                families.append(
                    .gauge("process_start_time_seconds", "When provd was started, in seconds since 1970.", boot + Double(status.startTicks) / ticks))
            }
        }
        if let count = Self.entryCount(directory + "/fd") {
            families.append(.gauge("process_open_fds", "Open file descriptors.", Double(count)))
        }
        var limit = rlimit()
        if unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            families.append(.gauge("process_max_fds", "File descriptors that provd may open.", Double(limit.rlim_cur)))
        }
        return families
    }

    /// When the machine was started, in seconds since 1970. /proc/stat has it too, but a service may not see that.
    private static var bootTime: Double? {
        var now = timespec(), sinceBoot = timespec()
        guard unsafe clock_gettime(CLOCK_REALTIME, &now) == 0, unsafe clock_gettime(CLOCK_BOOTTIME, &sinceBoot) == 0 else { return nil }
        return seconds(now) - seconds(sinceBoot)
    }

    private static func seconds(_ time: timespec) -> Double { Double(time.tv_sec) + Double(time.tv_nsec) / 1e9 }

    /// The longest text that is read; the line has some hundred characters.
    private static let maximumByteCount = 65_536

    /// What a file of the kernel's says; nothing if it cannot be read.
    private static func read(_ path: String) -> String {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 16_384)
        while bytes.count < maximumByteCount {
            let count = unsafe piece.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { break }
            bytes += piece.prefix(count)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// How many entries a directory has, without the two that each has and the descriptor by which it is read.
    private static func entryCount(_ path: String) -> Int? {
        guard let directory = unsafe opendir(path) else { return nil }
        defer { unsafe closedir(directory) }
        var count = 0
        while unsafe readdir(directory) != nil { count += 1 }
        return max(0, count - 3)
    }
}

/// The fields of /proc/PID/stat that are wanted (proc(5)).
struct ProcessStatus: Equatable {
    let processorTicks: UInt64
    let startTicks: UInt64
    let virtualBytes: UInt64
    let residentPages: UInt64
    let threads: UInt64

    /// Reads the line.
    ///
    /// - Returns: `nil` if it is none.
    init?(_ line: String) {
        // The second field is the program's name in brackets, which may hold anything; the third follows the last bracket.
        guard let end = line.lastIndex(of: ")") else { return nil }
        let fields = line[end...].dropFirst().split(whereSeparator: { $0 == " " || $0 == "\n" })
        func field(_ number: Int) -> UInt64? { fields.indices.contains(number - 3) ? UInt64(fields[number - 3]) : nil }
        guard let user = field(14), let system = field(15), let threads = field(20), let start = field(22), let virtual = field(23), let resident = field(24)
        else { return nil }
        processorTicks = user &+ system
        startTicks = start
        virtualBytes = virtual
        residentPages = resident
        self.threads = threads
    }
}
