// SPDX-License-Identifier: GPL-3.0-or-later

/// Any TFTP packet (RFC 1350 section 5, RFC 2347).
public enum TFTPPacket: Hashable, Sendable {
    /// RRQ or WRQ, opcodes 1 and 2.
    case request(TFTPRequest)
    /// DATA, opcode 3.
    case data(block: UInt16, payload: [UInt8])
    /// ACK, opcode 4: everything up to this block has arrived.
    case acknowledgment(block: UInt16)
    /// ERROR, opcode 5: the sender has ended the transfer.
    case error(code: TFTPErrorCode, message: String)
    /// OACK, opcode 6: the options that the server agrees to.
    case optionAcknowledgment([TFTPOption])

    /// The type of a packet, in its first two bytes.
    private enum Opcode: UInt16 {
        case read = 1
        case write, data, acknowledgment, error, optionAcknowledgment
    }

    /// Bytes of a peer's error message that are kept: it ends up in logs and on a device's timeline.
    public static let maximumErrorMessageByteCount = 128
    /// Bytes of the largest payload of a DATA packet (RFC 2348).
    public static let maximumBlockSize = 65464
    /// Bytes before the payload of a DATA packet.
    public static let dataHeaderByteCount = 4

    /// Reads one datagram.
    ///
    /// Bytes after the end of an ACK or ERROR are ignored, since some boot loaders pad their packets.
    public init(parsing bytes: Span<UInt8>) throws(TFTPParseError) {
        guard bytes.count >= 2 else { throw .truncated }
        let number = UInt16(bytes[0]) << 8 | UInt16(bytes[1])
        guard let opcode = Opcode(rawValue: number) else { throw .unknownOpcode(number) }
        switch opcode {
        case .acknowledgment:
            self = .acknowledgment(block: try Self.number(in: bytes))
        case .data:
            let block = try Self.number(in: bytes)
            guard bytes.count <= Self.maximumBlockSize + Self.dataHeaderByteCount else { throw .tooLong(bytes.count) }
            self = .data(block: block, payload: Self.array(bytes.extracting(Self.dataHeaderByteCount...)))
        case .error:
            let code = TFTPErrorCode(rawValue: try Self.number(in: bytes))
            let end = min(bytes.count, Self.dataHeaderByteCount + Self.maximumErrorMessageByteCount)
            var reader = FieldReader()
            let message = reader.next(in: bytes.extracting(Self.dataHeaderByteCount..<end))
            self = .error(code: code, message: TFTPRequest.printable(message?.bytes ?? []))
        case .optionAcknowledgment:
            self = .optionAcknowledgment(try Self.options(in: bytes.extracting(2...)))
        case .read:
            self = .request(try TFTPRequest(.read, fields: bytes.extracting(2...)))
        case .write:
            self = .request(try TFTPRequest(.write, fields: bytes.extracting(2...)))
        }
    }

    /// The packet as a datagram. A message or option longer than a peer would read is written as it is.
    public func serialized() -> [UInt8] {
        var bytes: [UInt8] = []
        switch self {
        case .request(let request):
            return request.serialized()
        case .data(let block, let payload):
            Self.append(.data, block, to: &bytes)
            bytes.append(contentsOf: payload)
        case .acknowledgment(let block):
            Self.append(.acknowledgment, block, to: &bytes)
        case .error(let code, let message):
            Self.append(.error, code.rawValue, to: &bytes)
            bytes.append(contentsOf: message.utf8)
            bytes.append(0)
        case .optionAcknowledgment(let options):
            bytes = [0, UInt8(Opcode.optionAcknowledgment.rawValue)]
            for option in options { option.append(to: &bytes) }
        }
        return bytes
    }

    /// The first four bytes of a DATA packet as one big-endian number, for senders that write headers in place.
    public static func dataHeader(block: UInt16) -> UInt32 {
        UInt32(Opcode.data.rawValue) << 16 | UInt32(block)
    }
}

// MARK: - Fields

extension TFTPPacket {
    /// The number in bytes 2 and 3: a block or an error code.
    private static func number(in bytes: Span<UInt8>) throws(TFTPParseError) -> UInt16 {
        guard bytes.count >= dataHeaderByteCount else { throw .truncated }
        return UInt16(bytes[2]) << 8 | UInt16(bytes[3])
    }

    private static func options(in bytes: Span<UInt8>) throws(TFTPParseError) -> [TFTPOption] {
        guard bytes.count <= TFTPRequest.maximumByteCount else { throw .tooLong(bytes.count) }
        var options: [TFTPOption] = []
        var reader = FieldReader()
        while let name = reader.next(in: bytes), !name.bytes.isEmpty {
            guard let value = reader.next(in: bytes) else { throw .truncated }
            guard options.count < TFTPRequest.maximumOptionCount else { throw .tooManyOptions }
            options.append(TFTPOption(name: TFTPRequest.printable(name.bytes), value: TFTPRequest.printable(value.bytes)))
        }
        return options
    }

    private static func array(_ bytes: Span<UInt8>) -> [UInt8] {
        var array: [UInt8] = []
        array.reserveCapacity(bytes.count)
        for index in bytes.indices { array.append(bytes[index]) }
        return array
    }

    private static func append(_ opcode: Opcode, _ number: UInt16, to bytes: inout [UInt8]) {
        bytes.append(0)
        bytes.append(UInt8(opcode.rawValue))
        bytes.append(UInt8(number >> 8))
        bytes.append(UInt8(truncatingIfNeeded: number))
    }
}
