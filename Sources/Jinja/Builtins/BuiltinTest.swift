// SPDX-License-Identifier: GPL-3.0-or-later

/// The tests of Jinja2, by the names that templates use behind `is`.
enum BuiltinTest: String, Sendable, CaseIterable {
    case boolean, callable, defined, divisibleby, eq, escaped, even, `false`, filter, float, ge, gt, `in`, integer, iterable
    case le, lower, lt, mapping, ne, none, number, odd, sameas, sequence, string, test, `true`, undefined, upper

    static let aliases: [String: BuiltinTest] = [
        "==": .eq, "equalto": .eq, "!=": .ne, ">": .gt, "greaterthan": .gt, ">=": .ge, "<": .lt, "lessthan": .lt, "<=": .le,
    ]

    var signature: Signature {
        switch self {
        case .divisibleby: Signature("num", required: 1)
        case .eq, .ne, .lt, .le, .gt, .ge: Signature("other", required: 1)
        case .sameas: Signature("other", required: 1)
        case .in: Signature("seq", required: 1)
        default: Signature()
        }
    }
}
