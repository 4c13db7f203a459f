// SPDX-License-Identifier: GPL-3.0-or-later

/// The filters of Jinja2, by the names that templates use.
enum BuiltinFilter: String, Sendable, CaseIterable {
    case abs, attr, batch, capitalize, center, `default`, dictsort, escape, filesizeformat, first, float, forceescape
    case format, groupby, indent, int, items, join, last, length, list, lower, map, max, min, reject, rejectattr, replace
    case reverse, round, safe, select, selectattr, slice, sort, string, striptags, sum, title, tojson, trim, truncate
    case unique, upper, urlencode, wordcount, xmlattr

    static let aliases: [String: BuiltinFilter] = ["d": .default, "e": .escape, "count": .length]

    var signature: Signature {
        switch self {
        case .abs, .capitalize, .escape, .first, .forceescape, .items, .last, .length, .list, .lower, .reverse, .safe, .string,
            .striptags, .title, .upper, .urlencode, .wordcount:
            Signature()
        case .attr: Signature("name", required: 1)
        case .batch: Signature("linecount", "fill_with", required: 1)
        case .center: Signature("width")
        case .default: Signature("default_value", "boolean")
        case .dictsort: Signature("case_sensitive", "by", "reverse")
        case .filesizeformat: Signature("binary")
        case .float: Signature("default")
        case .format, .map, .reject, .rejectattr, .select, .selectattr: .open
        case .groupby: Signature("attribute", "default", "case_sensitive", required: 1)
        case .indent: Signature("width", "first", "blank")
        case .int: Signature("default", "base")
        case .join: Signature("d", "attribute")
        case .max, .min, .unique: Signature("case_sensitive", "attribute")
        case .replace: Signature("old", "new", "count", required: 2)
        case .round: Signature("precision", "method")
        case .slice: Signature("slices", "fill_with", required: 1)
        case .sort: Signature("reverse", "case_sensitive", "attribute")
        case .sum: Signature("attribute", "start")
        case .tojson: Signature("indent")
        case .trim: Signature("chars")
        case .truncate: Signature("length", "killwords", "end", "leeway")
        case .xmlattr: Signature("autospace")
        }
    }

    /// Whether Jinja2 gives an iterator, which can be gone through once, instead of a list.
    var makesIterator: Bool {
        switch self {
        case .batch, .items, .map, .reject, .rejectattr, .select, .selectattr, .slice, .unique: true
        default: false
        }
    }
}
