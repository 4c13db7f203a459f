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
        private let digest: UInt64

        init(_ bytes: [UInt8]) {
            self.bytes = bytes
            // FNV-1a: the standard hasher takes arrays byte by byte through a call each, ten times slower.
            digest = bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        }

        static func == (left: Piece, right: Piece) -> Bool {
            left === right || (left.digest == right.digest && left.bytes == right.bytes)
        }
        func hash(into hasher: inout Hasher) { hasher.combine(digest) }
    }

    /// Pieces end at line ends that the line itself tells, one in so many: what is cut after a changed line is the same
    /// again, however much longer the line became. A piece has some 500 bytes then.
    private static let linesPerPiece: UInt64 = 16
    /// A file without such lines is cut here all the same.
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
        let most = min(start + maximumPieceLength, bytes.count)
        var line: UInt64 = 0
        for position in start..<most {
            guard bytes[position] == UInt8(ascii: "\n") else {
                line = (line ^ UInt64(bytes[position])) &* 0x100_0000_01B3
                continue
            }
            // The upper bits are the well mixed ones.
            if (line >> 32).isMultiple(of: linesPerPiece) { return position + 1 }
            line = 0
        }
        return most
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
