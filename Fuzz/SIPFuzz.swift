// SPDX-License-Identifier: GPL-3.0-or-later
// fuzz-modules: SIPWire
// fuzz-exclude: SIPWire/Authentication/DigestAlgorithm.swift SIPWire/Authentication/DigestChallenge.swift
// fuzz-exclude: SIPWire/Authentication/DigestCredentials.swift SIPWire/Authentication/DigestVerifier.swift
// fuzz-exclude: SIPWire/Authentication/NonceIssuer.swift

/// The SIP parser under libFuzzer: the same bytes as a datagram and as a stream in two pieces.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSIP(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    switch try? SIPMessage(datagram: bytes) {
    case .request(let request):
        _ = try? request.validated()
        for header in request.headers.all("Authorization") { _ = try? AuthParameters(header) }
        // What is written again must be a message again.
        guard (try? SIPMessage(datagram: request.encoded)) != nil else { fatalError("written request is not a message") }
    case .response(let response):
        _ = try? response.transactionFields()
        guard (try? SIPMessage(datagram: response.encoded)) != nil else { fatalError("written response is not a message") }
    case nil:
        break
    }
    var framer = SIPStreamFramer()
    for piece in [bytes.prefix(count / 2), bytes.suffix(from: count / 2)] {
        framer.append(piece)
        while let element = try? framer.next() { _ = element }
    }
    return 0
}
