// SPDX-License-Identifier: GPL-3.0-or-later
// fuzz-modules: AsteriskWire

/// The reader of AGI sessions under libFuzzer, in two pieces.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzAGI(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    var reader = AGIReader()
    for piece in [bytes.prefix(count / 2), bytes.suffix(from: count / 2)] {
        reader.append(piece)
        while let element = try? reader.next() {
            guard case .request(let request) = element else { continue }
            _ = (request.script, request.endpoint)
            for argument in request.arguments {
                // What is written must be one line, whatever a caller dialled.
                if let line = try? AGICommand.setVariable("X", argument).encoded, line.utf8.filter({ $0 == 0x0A }).count != 1 {
                    fatalError("a command has more than one line")
                }
            }
        }
    }
    return 0
}
