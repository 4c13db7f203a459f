// SPDX-License-Identifier: GPL-3.0-or-later
// fuzz-modules: NetTypes PhonePlugins
// fuzz-exclude: PhonePlugins/Catalog PhonePlugins/Manifest PhonePlugins/Rendering PhonePlugins/Testing

/// Patterns under libFuzzer: what stands before the first NUL is a pattern, what stands behind it a text.
///
/// A pattern that matches, filled with what it captured, must give the text again but for the number of spaces.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzPluginPattern(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    let parts = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let pattern = try? Pattern(String(decoding: parts[0], as: UTF8.self)) else { return 0 }
    let text = String(decoding: parts[1], as: UTF8.self)

    var trie = PatternTrie()
    trie.insert(pattern, payload: 0)
    var search = PatternSearch(text)
    trie.search(&search)
    guard search.steps <= PatternSearch.maximumSteps + text.utf8.count else { fatalError("a search took more steps than it may") }

    guard let captures = pattern.match(text) else { return 0 }
    let squeezed = { (text: String) in text.utf8.split(separator: 0x20).map(Array.init) }
    guard let filled = pattern.filled(with: captures), squeezed(filled) == squeezed(text) else {
        fatalError("what was captured does not give the text")
    }
    return 0
}
