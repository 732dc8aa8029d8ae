import CZlib
import NIOCore

/// Expands messages as they come in (RFC 7692 §7.2.2), never past a limit. For one thread at a time.
final class Inflater {
    enum Failure: Error, Hashable {
        /// Not what deflate writes.
        case notDeflate
        /// More comes out than may.
        case tooLong
    }

    /// zlib's stream knows its own address, so it stays where it was made.
    private let stream: UnsafeMutablePointer<z_stream>
    private let keepsContext: Bool

    /// Nil without memory.
    init?(windowBits: Int, keepsContext: Bool) {
        self.keepsContext = keepsContext
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard CZlib_inflate_start(stream, Int32(min(max(windowBits, 8), 15))) == Z_OK else {
            stream.deallocate()
            return nil
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Appends what the next part of a message holds, at most `limit` bytes of it.
    func expand(_ part: ByteBuffer, into output: inout ByteBuffer, limit: Int) throws(Failure) {
        let result = part.withUnsafeReadableBytes { run($0, into: &output, limit: limit) }
        if let failure = result { throw failure }
    }

    /// Appends what is left of a message whose last part has come.
    func finish(into output: inout ByteBuffer, limit: Int) throws(Failure) {
        try expand(ByteBuffer(bytes: [0x00, 0x00, 0xFF, 0xFF]), into: &output, limit: limit)
        if !keepsContext { inflateReset(stream) }
    }

    private func run(_ input: UnsafeRawBufferPointer, into output: inout ByteBuffer, limit: Int) -> Failure? {
        // zlib reads from here only, though its header does not say so.
        stream.pointee.next_in = UnsafeMutableRawPointer(mutating: input.baseAddress)?
            .assumingMemoryBound(to: Bytef.self)
        stream.pointee.avail_in = UInt32(clamping: input.count)
        var left = limit
        var isFull = false
        while stream.pointee.avail_in > 0 || isFull {
            var status: Int32 = Z_OK
            let written = output.writeWithUnsafeMutableBytes(minimumWritableBytes: 1 << 12) { space in
                stream.pointee.next_out = space.baseAddress?.assumingMemoryBound(to: Bytef.self)
                // One byte past the limit, so that a message of just the limit is told from a longer one.
                let room = UInt32(clamping: min(space.count, left + 1))
                stream.pointee.avail_out = room
                status = inflate(stream, Z_SYNC_FLUSH)
                isFull = stream.pointee.avail_out == 0
                return Int(room - stream.pointee.avail_out)
            }
            left -= written
            guard left >= 0 else { return .tooLong }
            switch status {
            case Z_OK: break
            // All that is there has been read.
            case Z_BUF_ERROR: if written == 0 { return stream.pointee.avail_in == 0 ? nil : .notDeflate }
            case Z_STREAM_END: if !startAgain() { return .notDeflate }
            default: return .notDeflate
            }
        }
        return nil
    }

    /// A block may say that it is the last one, though the message or the next one goes on (§7.2.3.4): the window stays.
    private func startAgain() -> Bool {
        var window = [UInt8](repeating: 0, count: 1 << 15)
        var length: UInt32 = 0
        guard inflateGetDictionary(stream, &window, &length) == Z_OK, inflateReset(stream) == Z_OK else { return false }
        return length == 0 || inflateSetDictionary(stream, window, length) == Z_OK
    }
}
