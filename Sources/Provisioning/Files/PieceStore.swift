// SPDX-License-Identifier: GPL-3.0-or-later

/// Stores files as lists of pieces, and each piece once.
///
/// The files of two phones of one model differ in a few lines. Cut at line ends and stored by content, five thousand files
/// of 43 kB take the room of some hundred.
struct PieceStore {
    /// A file in the store. It is let go with `release`.
    struct File {
        fileprivate let pieces: [Piece]
        let byteCount: Int
    }

    fileprivate final class Piece: Sendable, Hashable {
        let bytes: [UInt8]

        init(_ bytes: [UInt8]) { self.bytes = bytes }

        static func == (left: Piece, right: Piece) -> Bool { left === right || left.bytes == right.bytes }
        func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
    }

    /// Pieces end at the first line end after so many bytes: long enough that the list costs little, short enough that a
    /// changed line makes little else new.
    private static let minimumPieceLength = 512
    /// A file without line ends is cut here all the same.
    private static let maximumPieceLength = 4_096

    private var uses: [Piece: Int] = [:]
    /// The bytes of all pieces, with what a piece costs beside its bytes.
    private(set) var byteCount = 0

    /// Stores a file.
    mutating func store(_ bytes: [UInt8]) -> File {
        var pieces: [Piece] = []
        var start = 0
        while start < bytes.count {
            let end = Self.end(of: bytes, from: start)
            let piece = Piece(Array(bytes[start..<end]))
            if let index = uses.index(forKey: piece) {
                pieces.append(uses[index].key)
                uses.values[index] += 1
            } else {
                pieces.append(piece)
                uses[piece] = 1
                byteCount += Self.cost(of: piece)
            }
            start = end
        }
        byteCount += pieces.count * MemoryLayout<Int>.size
        return File(pieces: pieces, byteCount: bytes.count)
    }

    /// Lets a file go. It must have come from this store, and must not be used any more.
    mutating func release(_ file: File) {
        byteCount -= file.pieces.count * MemoryLayout<Int>.size
        for piece in file.pieces {
            guard let index = uses.index(forKey: piece) else { continue }
            uses.values[index] -= 1
            guard uses.values[index] == 0 else { continue }
            uses.remove(at: index)
            byteCount -= Self.cost(of: piece)
        }
    }

    private static func cost(of piece: Piece) -> Int { piece.bytes.count + 96 }

    private static func end(of bytes: [UInt8], from start: Int) -> Int {
        let least = start + minimumPieceLength, most = start + maximumPieceLength
        guard least < bytes.count else { return bytes.count }
        let newline = bytes[least..<min(most, bytes.count)].firstIndex(of: UInt8(ascii: "\n"))
        return newline.map { $0 + 1 } ?? min(most, bytes.count)
    }
}

extension PieceStore.File {
    /// The file's bytes.
    var bytes: [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(byteCount)
        for piece in pieces { result.append(contentsOf: piece.bytes) }
        return result
    }
}
