// SPDX-License-Identifier: GPL-3.0-or-later
// fuzz-modules: AsteriskWire

/// The reader of the manager interface and the client's conversation under libFuzzer.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzAMI(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    let now = ContinuousClock.now
    var reader = AMIReader(), conversation = AMIConversation(AMIConversation.Settings(username: "provd"))
    conversation.connected(now: now)
    for piece in [bytes.prefix(count / 2), bytes.suffix(from: count / 2)] {
        reader.append(piece)
        while let element = try? reader.next() {
            for effect in conversation.receive(element, now: now) {
                if case .answerChallenge = effect { _ = conversation.logIn(key: "00", now: now) }
            }
            if case .message(let message) = element {
                _ = AMIContact(message)
                _ = try? message.encoded
            }
        }
    }
    _ = conversation.advance(to: now + .seconds(60))
    _ = conversation.disconnected()
    return 0
}
