import CZlib
import NIOCore

/// Compresses messages (RFC 7692 §7.2.1). For one thread at a time.
final class Deflater {
    /// zlib's stream knows its own address, so it stays where it was made.
    private let stream: UnsafeMutablePointer<z_stream>
    private let keepsContext: Bool

    /// Nil without memory, and for windows that zlib cannot write: raw deflate begins at nine bits.
    init?(windowBits: Int, keepsContext: Bool) {
        guard (9...15).contains(windowBits) else { return nil }
        self.keepsContext = keepsContext
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // Memory as the window's: zlib's default 8 belongs to 15 bits.
        let memoryLevel = Int32(max(1, windowBits - 7))
        guard CZlib_deflate_start(stream, Z_DEFAULT_COMPRESSION, Int32(windowBits), memoryLevel) == Z_OK else {
            stream.deallocate()
            return nil
        }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// A whole message's compressed form, without the four bytes that every one ends with.
    func compress(_ message: ByteBuffer) -> ByteBuffer? {
        var output = ByteBuffer()
        guard run(message, into: &output) else { return nil }
        if output.readableBytes >= 4, output.getInteger(at: output.writerIndex - 4, as: UInt32.self) == 0x0000_FFFF {
            output.moveWriterIndex(to: output.writerIndex - 4)
        }
        // Nothing new for zlib to flush: an empty block, as §7.2.3.6 has it.
        if output.readableBytes == 0 { output.writeInteger(UInt8(0)) }
        if !keepsContext { deflateReset(stream) }
        return output
    }

    private func run(_ message: ByteBuffer, into output: inout ByteBuffer) -> Bool {
        message.withUnsafeReadableBytes { input in
            // zlib reads from here only, though its header does not say so.
            stream.pointee.next_in = UnsafeMutableRawPointer(mutating: input.baseAddress)?
                .assumingMemoryBound(to: Bytef.self)
            stream.pointee.avail_in = UInt32(clamping: input.count)
            var isFull = true
            while isFull {
                let room = max(256, min(1 << 16, input.count / 2))
                var status: Int32 = Z_OK
                output.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { space in
                    stream.pointee.next_out = space.baseAddress?.assumingMemoryBound(to: Bytef.self)
                    stream.pointee.avail_out = UInt32(clamping: space.count)
                    let before = stream.pointee.avail_out
                    status = deflate(stream, Z_SYNC_FLUSH)
                    isFull = stream.pointee.avail_out == 0
                    return Int(before - stream.pointee.avail_out)
                }
                // No progress is what zlib calls a flush when there is nothing to flush.
                guard status == Z_OK || status == Z_BUF_ERROR else { return false }
            }
            return stream.pointee.avail_in == 0
        }
    }
}
