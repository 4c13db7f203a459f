// SPDX-License-Identifier: GPL-3.0-or-later

import CPcap
import Glibc

/// An open capture of libpcap. Not for use on two threads at once: each belongs to one actor.
///
/// This file holds every call into libpcap. It is safe because the pointer never leaves the class, which closes it
/// when the last reference is gone, and because packet data is copied before the next call.
@safe final class PcapHandle {
    private let pointer: OpaquePointer

    private init(_ pointer: OpaquePointer) { unsafe self.pointer = unsafe pointer }

    deinit { unsafe pcap_close(pointer) }

    /// How the frames begin.
    var linkType: Int32 { unsafe pcap_datalink(pointer) }

    /// libpcap's words for what failed last.
    private var lastError: String { unsafe String(cString: pcap_geterr(pointer)) }

    // MARK: - Files

    /// Octets read from a file at once.
    private static let fileBufferSize = 256 << 10

    static func open(file: String) throws(CaptureError) -> PcapHandle {
        // Opened here rather than by libpcap, so that a file that cannot be read is told from one that is no capture.
        guard let stream = unsafe fopen(file, "rb") else {
            let reason = CaptureError.reason(errno)
            throw CaptureError(.unreadableFile, "the capture file \(file) cannot be read: \(reason)")
        }
        // In large pieces: libpcap asks for each record's header and octets by themselves. A failure costs only speed.
        unsafe setvbuf(stream, nil, Int32(_IOFBF), fileBufferSize)
        var text = ErrorText()
        guard let pointer = unsafe text.fill({ unsafe pcap_fopen_offline(stream, $0) }) else {
            unsafe fclose(stream)
            throw CaptureError(
                .badFile, "\(file) is no capture file in pcap or pcapng format: \(text.description). Write one with tcpdump -w FILE")
        }
        return unsafe PcapHandle(pointer)
    }

    // MARK: - Interfaces

    /// Octets kept of each frame: whole frames, since a DHCP message in fragments can follow a long header.
    private static let snapshotLength: Int32 = 65_535
    /// Octets in the kernel's buffer, in which frames stand side by side: some forty thousand DHCP messages, while the reader is
    /// busy.
    private static let bufferSize: Int32 = 16 << 20
    /// Milliseconds after which the kernel hands over a block of the buffer that is not full (libpcap's blocks have 256 kB): a
    /// phone's next step takes longer.
    private static let patience: Int32 = 20

    static func open(interface: String) throws(CaptureError) -> PcapHandle {
        var text = ErrorText()
        guard let pointer = unsafe text.fill({ unsafe pcap_create(interface, $0) }) else {
            throw CaptureError(.failed, "no capture on \(interface): \(text.description)")
        }
        let handle = unsafe PcapHandle(pointer)
        unsafe pcap_set_snaplen(pointer, snapshotLength)
        unsafe pcap_set_promisc(pointer, 1)
        // Not in immediate mode, in which each frame takes the place of the longest, and wakes the reader.
        unsafe pcap_set_timeout(pointer, patience)
        unsafe pcap_set_buffer_size(pointer, bufferSize)
        let status = unsafe pcap_activate(pointer)
        // A positive status is a warning, for example that the interface cannot be promiscuous.
        guard status >= 0 else { throw handle.activationError(status, interface: interface) }
        guard unsafe text.fill({ unsafe pcap_setnonblock(pointer, 1, $0) }) == 0 else {
            throw CaptureError(.failed, "no capture on \(interface): \(text.description)")
        }
        return handle
    }

    private func activationError(_ status: Int32, interface: String) -> CaptureError {
        switch status {
        case PCAP_ERROR_PERM_DENIED, PCAP_ERROR_PROMISC_PERM_DENIED:
            return CaptureError(
                .notPermitted,
                """
                no capture on \(interface): the process lacks the capability CAP_NET_RAW. Under systemd, write \
                AmbientCapabilities=CAP_NET_RAW into the unit; by hand, run setcap cap_net_raw=ep on the program, or start it as root
                """)
        case PCAP_ERROR_NO_SUCH_DEVICE:
            return CaptureError(.noSuchInterface, "there is no interface \(interface): “ip -brief link” lists those there are")
        case PCAP_ERROR_IFACE_NOT_UP:
            return CaptureError(.interfaceDown, "the interface \(interface) is down: “ip link set \(interface) up” starts it")
        default:
            let reason = lastError.isEmpty ? unsafe String(cString: pcap_statustostr(status)) : lastError
            return CaptureError(.failed, "no capture on \(interface): \(reason)")
        }
    }

    /// Lets only those frames through that match a filter of pcap-filter(7).
    func setFilter(_ filter: String) throws(CaptureError) {
        var program = unsafe bpf_program()
        guard unsafe pcap_compile(pointer, &program, filter, 1, cpcap_netmask_unknown) == 0 else {
            throw CaptureError(.failed, "libpcap does not take the filter “\(filter)”: \(lastError)")
        }
        defer { unsafe pcap_freecode(&program) }
        guard unsafe pcap_setfilter(pointer, &program) == 0 else {
            throw CaptureError(.failed, "the filter “\(filter)” could not be set: \(lastError)")
        }
    }

    /// A descriptor that is readable when a frame waits.
    var descriptor: Int32 { unsafe pcap_get_selectable_fd(pointer) }

    /// Frames lost so far by the kernel and by the interface; 0 for files.
    var dropped: UInt64 {
        var statistics = pcap_stat()
        guard unsafe pcap_stats(pointer, &statistics) == 0 else { return 0 }
        return UInt64(statistics.ps_drop) + UInt64(statistics.ps_ifdrop)
    }

    // MARK: - Frames

    enum Next {
        /// A frame was added to the batch.
        case frame
        /// No frame waits at present.
        case none
        /// The file is at its end.
        case end
    }

    /// Takes the next frame into a batch.
    ///
    /// - Throws: libpcap's words.
    func next(into batch: inout BatchBuffer) throws(ReadError) -> Next {
        var header: UnsafeMutablePointer<pcap_pkthdr>?
        var data: UnsafePointer<UInt8>?
        switch unsafe pcap_next_ex(pointer, &header, &data) {
        case 1:
            guard let header = unsafe header?.pointee, let data = unsafe data else { return .none }
            let time = Double(header.ts.tv_sec) + Double(header.ts.tv_usec) / 1_000_000
            let frame = unsafe UnsafeBufferPointer(start: data, count: Int(header.caplen))
            unsafe batch.append(frame, time: time, originalLength: Int(header.len))
            return .frame
        case 0: return .none
        case PCAP_ERROR_BREAK: return .end
        default: throw ReadError(text: lastError)
        }
    }

    struct ReadError: Error { let text: String }
}

/// The buffer in which libpcap leaves its words.
private struct ErrorText {
    private var buffer = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))

    mutating func fill<Result>(_ call: (UnsafeMutablePointer<CChar>?) -> Result) -> Result {
        unsafe buffer.withUnsafeMutableBufferPointer { unsafe call($0.baseAddress) }
    }

    var description: String {
        String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
