// SPDX-License-Identifier: GPL-3.0-or-later

/// What client and server have agreed for one transfer: the outcome of the option negotiation (RFC 2347).
public struct TFTPAgreement: Hashable, Sendable {
    /// Bytes of payload in each DATA packet but the last, 8 to 65464 (RFC 2348).
    public private(set) var blockSize = Self.defaultBlockSize
    /// DATA packets sent before an ACK is awaited, 1 to 65535 (RFC 7440).
    public private(set) var windowSize = 1
    /// The longest wait before a retransmission, when the client has set it (RFC 2349).
    public private(set) var timeout: Duration?
    /// The options to answer with in an OACK, named as the client named them. None: the answer is the first DATA packet.
    public private(set) var acknowledgedOptions: [TFTPOption] = []

    /// The block size of RFC 1350.
    public static let defaultBlockSize = 512
    /// The smallest block size of RFC 2348.
    public static let minimumBlockSize = 8

    /// The agreement without any option.
    public init() {}

    /// Answers a request's options. An option that is unknown, switched off or out of its range is left out of the
    /// answer, which tells the client to go on without it (RFC 2347).
    ///
    /// - Parameters:
    ///   - contentByteCount: bytes of the file as they travel, which for netascii is not the size of the file.
    public init(answering options: [TFTPOption], contentByteCount: UInt64, limits: TFTPOptionLimits) {
        for option in options {
            guard let name = TFTPOption.Name.allCases.first(where: option.isNamed) else { continue }
            guard let value = agree(to: name, asked: option.value, contentByteCount, limits) else { continue }
            acknowledgedOptions.append(TFTPOption(name: option.name, value: value))
        }
        limitWindowBytes()
    }

    /// Takes over one option and returns the value to acknowledge, or `nil` to leave the option out.
    private mutating func agree(
        to name: TFTPOption.Name, asked: String, _ contentByteCount: UInt64, _ limits: TFTPOptionLimits
    ) -> String? {
        // A number too large for its type is no number that any client can mean.
        guard let number = UInt64(asked) else { return nil }
        switch name {
        case .blockSize:
            guard let maximum = limits.maximumBlockSize, number >= Self.minimumBlockSize else { return nil }
            let allowed = min(max(maximum, Self.minimumBlockSize), TFTPPacket.maximumBlockSize)
            blockSize = Int(min(number, UInt64(allowed)))
            return String(blockSize)
        case .windowSize:
            guard let maximum = limits.maximumWindowSize, (1...65535).contains(number) else { return nil }
            windowSize = Int(min(number, UInt64(min(max(maximum, 1), 65535))))
            return String(windowSize)
        case .timeout:
            guard limits.acknowledgesTimeout, (1...255).contains(number) else { return nil }
            timeout = .seconds(Int64(number))
            return String(number)
        case .transferSize:
            guard limits.acknowledgesTransferSize else { return nil }
            return String(contentByteCount)
        }
    }

    /// Makes the window smaller when it would hold more bytes than allowed. The order of the options is the client's,
    /// so this can only be done when all are known.
    private mutating func limitWindowBytes() {
        let allowed = max(TFTPOptionLimits.maximumWindowByteCount / blockSize, 1)
        guard windowSize > allowed else { return }
        windowSize = allowed
        for index in acknowledgedOptions.indices where acknowledgedOptions[index].isNamed(.windowSize) {
            acknowledgedOptions[index].value = String(allowed)
        }
    }
}
