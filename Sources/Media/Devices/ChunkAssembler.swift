/// Makes whole chunks of pieces of any length. For one thread; allocates only when made.
final class ChunkAssembler {
    private let chunk: UnsafeMutablePointer<Int16>
    private var filled = 0

    init() { chunk = .allocate(capacity: AudioProcessor.chunk) }

    deinit { chunk.deallocate() }

    /// Takes a piece, and gives each chunk that it completes, valid for the call, with the number of the piece's samples up
    /// to the chunk's end.
    func add(
        _ samples: UnsafePointer<Int16>, _ count: Int, onChunk: (UnsafePointer<Int16>, _ end: Int) -> Void
    ) {
        var offset = 0
        while offset < count {
            let part = min(AudioProcessor.chunk - filled, count - offset)
            (chunk + filled).update(from: samples + offset, count: part)
            filled += part
            offset += part
            guard filled == AudioProcessor.chunk else { continue }
            filled = 0
            onChunk(chunk, offset)
        }
    }
}
