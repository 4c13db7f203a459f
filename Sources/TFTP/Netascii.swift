// SPDX-License-Identifier: GPL-3.0-or-later

/// The netascii form of text: lines end in CR LF, and a CR of its own is followed by NUL (RFC 1350 section 1, RFC 764).
public enum Netascii {
    /// The bytes as they travel in netascii mode.
    ///
    /// - Parameter text: the file's bytes, with lines that end in LF. At most twice as many bytes come back.
    public static func encoded(_ text: some Collection<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count + text.count / 16)
        for byte in text {
            switch byte {
            case ASCII.lineFeed:
                bytes.append(ASCII.carriageReturn)
                bytes.append(ASCII.lineFeed)
            case ASCII.carriageReturn:
                bytes.append(ASCII.carriageReturn)
                bytes.append(0)
            default:
                bytes.append(byte)
            }
        }
        return bytes
    }

    /// The text that these netascii bytes stand for. A CR before anything but LF and NUL is kept as it is.
    public static func decoded(_ bytes: some Collection<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count)
        var afterCarriageReturn = false
        for byte in bytes {
            if afterCarriageReturn {
                afterCarriageReturn = false
                if byte == ASCII.lineFeed {
                    text.append(ASCII.lineFeed)
                    continue
                }
                text.append(ASCII.carriageReturn)
                if byte == 0 { continue }
            }
            if byte == ASCII.carriageReturn {
                afterCarriageReturn = true
            } else {
                text.append(byte)
            }
        }
        if afterCarriageReturn { text.append(ASCII.carriageReturn) }
        return text
    }
}
