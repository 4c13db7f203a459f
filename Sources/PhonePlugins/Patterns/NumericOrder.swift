// SPDX-License-Identifier: GPL-3.0-or-later

/// Compares texts as people order them: runs of digits by their value, everything else byte by byte.
///
/// `acme-9` comes before `acme-10`, and version `66.86.0.9` before `66.86.0.15`.
///
/// - Returns: A negative number, zero or a positive number, as the left text comes before, equals or follows the right one.
public func compareNumerically(_ left: String, _ right: String) -> Int {
    var left = left.utf8[...]
    var right = right.utf8[...]
    var tieBreak = 0
    while let a = left.first, let b = right.first {
        if isASCIIDigit(a), isASCIIDigit(b) {
            let (leftDigits, rightDigits) = (left.prefix(while: isASCIIDigit), right.prefix(while: isASCIIDigit))
            let (x, y) = (leftDigits.drop { $0 == UInt8(ascii: "0") }, rightDigits.drop { $0 == UInt8(ascii: "0") })
            if x.count != y.count { return x.count - y.count }
            if !x.elementsEqual(y) { return x.lexicographicallyPrecedes(y) ? -1 : 1 }
            if tieBreak == 0 { tieBreak = leftDigits.count - rightDigits.count }
            left = left.dropFirst(leftDigits.count)
            right = right.dropFirst(rightDigits.count)
        } else {
            if a != b { return Int(a) - Int(b) }
            left = left.dropFirst()
            right = right.dropFirst()
        }
    }
    if left.count != right.count { return left.count - right.count }
    return tieBreak
}
