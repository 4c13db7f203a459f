// SPDX-License-Identifier: GPL-3.0-or-later

/// RTP packets and the keys in them under libFuzzer.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzRTP(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    guard let packet = try? RTPPacket(bytes) else { return 0 }
    // What is written again must be the same packet.
    guard (try? RTPPacket(packet.encoded)) == packet else { fatalError("written packet differs") }
    var receiver = TelephoneEventReceiver()
    _ = receiver.receive(packet)
    guard receiver.receive(packet) == nil else { fatalError("one key counts twice") }
    return 0
}
