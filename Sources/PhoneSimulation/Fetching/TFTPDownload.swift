// SPDX-License-Identifier: GPL-3.0-or-later

public import TFTP

/// The client's side of a read request (RFC 1350, section 2) with the options `blksize` and `tsize` (RFC 2348, 2349): packets and time in, packets out.
public struct TFTPDownload: Sendable {
    /// What is to be done.
    public enum Action: Sendable, Hashable {
        /// Send this to the transfer's port, or to the server's own before that is known.
        case send([UInt8])
        /// Send it, and the file is whole.
        case finish([UInt8], FetchAnswer)
        /// There is no file.
        case end(FetchAnswer)
        /// The packet means nothing.
        case ignore
    }

    /// The block size that is asked for: what fits into a frame of Ethernet.
    public static let blockSize = 1_428
    /// How long after a packet it is sent again.
    static let retransmission = Duration.seconds(1)
    /// How often that is done.
    static let maximumTries = 20

    private var last: [UInt8]
    private var blockSize = 512
    private var expected: UInt16 = 1
    private var content: [UInt8] = []
    private var tries = 0
    private var hasBegun = false

    /// Prepares the transfer of a file.
    ///
    /// - Parameter path: The path; phones ask without the slash in front.
    public init(path: String) {
        let name = path.hasPrefix("/") ? String(path.dropFirst()) : path
        last = TFTPPacket.request(
            TFTPRequest(
                fileName: name,
                options: [
                    TFTPOption(name: TFTPOption.Name.blockSize.rawValue, value: String(Self.blockSize)),
                    TFTPOption(name: TFTPOption.Name.transferSize.rawValue, value: "0"),
                ])
        ).serialized()
    }

    /// The read request.
    public var request: [UInt8] { last }

    /// A packet came.
    public mutating func received(_ packet: TFTPPacket) -> Action {
        switch packet {
        case .optionAcknowledgment(let options) where !hasBegun:
            hasBegun = true
            for option in options where option.isNamed(.blockSize) {
                guard let size = Int(option.value), (8...Self.blockSize).contains(size) else {
                    return .end(.refused("TFTP: block size \(option.value), which was not asked for", isMissing: false))
                }
                blockSize = size
            }
            return acknowledge(0)
        case .data(let block, let payload) where block == expected:
            hasBegun = true
            guard payload.count <= blockSize, content.count + payload.count <= FetchLimits.fileBytes else {
                return .end(.refused("TFTP: more data than agreed", isMissing: false))
            }
            content += payload
            expected &+= 1
            let acknowledgment = acknowledge(block)
            guard payload.count < blockSize, case .send(let bytes) = acknowledgment else { return acknowledgment }
            return .finish(bytes, .file(content))
        case .data(let block, _) where hasBegun && block == expected &- 1:
            // The acknowledgment was lost, or late: once more does no harm, since servers ignore a second one.
            return .send(last)
        case .error(let code, _):
            return .end(.refused("TFTP error \(code.rawValue)", isMissing: code == .fileNotFound))
        default:
            return .ignore
        }
    }

    /// Nothing came for the time of a retransmission.
    ///
    /// - Returns: What to send again; `nil` if it was sent often enough.
    public mutating func silence() -> [UInt8]? {
        tries += 1
        return tries <= Self.maximumTries ? last : nil
    }

    private mutating func acknowledge(_ block: UInt16) -> Action {
        tries = 0
        last = TFTPPacket.acknowledgment(block: block).serialized()
        return .send(last)
    }
}
