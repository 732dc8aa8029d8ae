/// Memory for the packets of one `AudioJitterBuffer`: allocated once, at an address that stays.
///
/// Unchecked: the buffer that owns it cannot be copied and belongs to one thread at a time, and nobody else has it.
final class AudioPacketStorage: @unchecked Sendable {
    let bytes: UnsafeMutableRawBufferPointer

    init(byteCount: Int) { bytes = .allocate(byteCount: byteCount, alignment: 64) }

    deinit { bytes.deallocate() }
}
