// SPDX-License-Identifier: GPL-3.0-or-later
// fuzz-modules: Jinja

/// Templates under libFuzzer: the first octet chooses options, the rest is the source, which can also include itself.
///
/// Loading and rendering may refuse; they must not trap, hang, or put out more than their limits allow.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzJinja(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    guard let first = bytes.first else { return 0 }
    _ = try? JinjaValue(json: Array(bytes.dropFirst()))
    let source = String(decoding: bytes.dropFirst(), as: UTF8.self)
    let escapings: [JinjaEscaping] = [.none, .html, .xml, .none]
    let behaviors: [JinjaOptions.UndefinedBehavior] = [.lenient, .strict, .chainable, .lenient]
    let options = JinjaOptions(
        trimBlocks: first & 1 != 0, lstripBlocks: first & 2 != 0, keepsTrailingNewline: first & 4 != 0,
        undefined: behaviors[Int(first >> 3 & 3)], allowsDo: true, escaping: escapings[Int(first >> 5 & 3)])
    let environment = JinjaEnvironment(
        loader: DictionaryLoader(["main": source, "inc": "{{ user.name }}", "base": "<{% block a %}b{% endblock %}>"]), options: options)
    guard let template = try? environment.template(named: "main") else { return 0 }
    let limits = RenderLimits(steps: 20_000, outputBytes: 1 << 16, stringBytes: 1 << 16, valueBytes: 1 << 20)
    guard let output = try? template.render(context, limits: limits) else { return 0 }
    if output.count > limits.outputBytes { fatalError("the output is longer than its limit") }
    return 0
}

private let context: JinjaContext = [
    "user": ["name": "Alice <1>", "age": 30, "tags": ["x", "y"]], "numbers": [3, 1, 2, 10, -4], "floats": [1.5, -0.25],
    "users": [["name": "bob", "age": 25], ["name": "Alice", "age": 30]], "text": "The quick brown fox", "d": ["b": 2, "a": 1],
    "yes": true, "no": false, "nothing": .null, "unicode": "é日本語😀", "spaces": "  a \n",
    "tree": [["name": "a", "children": [["name": "b", "children": []]]]],
]
