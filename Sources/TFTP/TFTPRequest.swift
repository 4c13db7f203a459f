// SPDX-License-Identifier: GPL-3.0-or-later

/// A read or write request, RRQ or WRQ (RFC 1350 section 5, RFC 2347).
///
///      2 bytes   string   1   string  1   string  1   string  1
///     ┌─────────┬────────┬───┬───────┬───┬────────┬───┬────────┬───┬ ─ ─
///     │ 01 / 02 │  name  │ 0 │ mode  │ 0 │ option │ 0 │ value  │ 0 │
///     └─────────┴────────┴───┴───────┴───┴────────┴───┴────────┴───┴ ─ ─
///
/// Phones bend the format, and what they mean is still clear in these cases, which are read without complaint: the last
/// NUL is missing; padding or half an option follows the last whole option; an option is repeated (the first counts).
public struct TFTPRequest: Hashable, Sendable {
    /// Which way the file would go.
    public enum Direction: Hashable, Sendable {
        /// RRQ: the client wants the file.
        case read
        /// WRQ: the client wants to write the file.
        case write
    }

    /// Bytes of the longest request that is looked at. RFC 2347 allows 512; a few clients with long paths exceed it.
    public static let maximumByteCount = 1024
    /// Options in one request. Five are registered; clients of boot loaders add two or three of their own.
    public static let maximumOptionCount = 16

    /// Which way the file would go.
    public var direction: Direction
    /// The file name as it was sent; see ``relativePath()`` for the one to look up.
    public var fileName: String
    /// The transfer mode.
    public var mode: TFTPMode
    /// The options in the order sent, each name once.
    public var options: [TFTPOption]

    /// Makes a request.
    public init(_ direction: Direction = .read, fileName: String, mode: TFTPMode = .octet, options: [TFTPOption] = []) {
        self.direction = direction
        self.fileName = fileName
        self.mode = mode
        self.options = options
    }

    /// The value of an option, if the client sent it.
    public func value(of name: TFTPOption.Name) -> String? {
        options.first { $0.isNamed(name) }?.value
    }
}

// MARK: - Bytes

extension TFTPRequest {
    /// Reads what follows the opcode.
    init(_ direction: Direction, fields bytes: Span<UInt8>) throws(TFTPParseError) {
        guard bytes.count <= Self.maximumByteCount - 2 else { throw .tooLong(bytes.count + 2) }
        var reader = FieldReader()
        guard let name = reader.next(in: bytes), !name.bytes.isEmpty else { throw .missingFileName }
        guard !name.bytes.contains(where: ASCII.isControl), let fileName = String(validating: name.bytes, as: UTF8.self) else {
            throw .unreadableFileName
        }
        guard name.isTerminated, let modeName = reader.next(in: bytes), !modeName.bytes.isEmpty else { throw .missingMode }
        guard let mode = TFTPMode(name: modeName.bytes) else {
            throw .unsupportedMode(Self.printable(modeName.bytes.prefix(16)))
        }
        self.init(direction, fileName: fileName, mode: mode)
        // An empty name is padding, and a name without a value is half an option: nothing after either has a meaning.
        while let name = reader.next(in: bytes), !name.bytes.isEmpty, let value = reader.next(in: bytes) {
            let option = TFTPOption(name: Self.printable(name.bytes), value: Self.printable(value.bytes))
            if options.contains(where: { $0.name.utf8.elementsEqual(option.name.utf8, by: ASCII.equalIgnoringCase) }) {
                continue
            }
            guard options.count < Self.maximumOptionCount else { throw .tooManyOptions }
            options.append(option)
        }
    }

    /// The request as a datagram.
    public func serialized() -> [UInt8] {
        var bytes: [UInt8] = [0, direction == .read ? 1 : 2]
        bytes.append(contentsOf: fileName.utf8)
        bytes.append(0)
        bytes.append(contentsOf: mode.rawValue.utf8)
        bytes.append(0)
        for option in options { option.append(to: &bytes) }
        return bytes
    }

    /// The text of bytes that are only compared or logged, with `?` for what is not printable ASCII.
    static func printable(_ bytes: some Collection<UInt8>) -> String {
        String(decoding: bytes.map { (0x20...0x7E).contains($0) ? $0 : 0x3F }, as: UTF8.self)
    }
}

// MARK: - File names

extension TFTPRequest {
    /// The file's path below the served directory, in one spelling: `\` counts as `/`; leading, doubled and trailing
    /// slashes and `.` are dropped; `name/..` is resolved.
    ///
    /// - Throws: ``TFTPParseError/fileNameEscapes`` for a path that leads above the served directory, and
    ///   ``TFTPParseError/missingFileName`` when nothing is left of the name.
    public func relativePath() throws(TFTPParseError) -> String {
        // Split by bytes: a Character may be a slash with an accent on it, which is still a slash for the file system.
        var components: [Substring] = []
        for bytes in fileName.utf8.split(whereSeparator: { $0 == ASCII.slash || $0 == ASCII.backslash }) {
            let component = Substring(bytes)
            if component == "." { continue }
            if component == ".." {
                guard components.popLast() != nil else { throw .fileNameEscapes }
            } else {
                components.append(component)
            }
        }
        guard !components.isEmpty else { throw .missingFileName }
        return components.joined(separator: "/")
    }
}

extension TFTPOption {
    /// Appends name and value, each with its NUL.
    func append(to bytes: inout [UInt8]) {
        bytes.append(contentsOf: name.utf8)
        bytes.append(0)
        bytes.append(contentsOf: value.utf8)
        bytes.append(0)
    }
}
