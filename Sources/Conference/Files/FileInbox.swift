import NIOCore
import Synchronization

/// Frames of a file that have come and that nobody has taken yet: from the network thread to whoever reads them, past the
/// main thread, which has nothing to do with each piece of a file.
///
/// It holds no more of them, nor of their bytes, than an honest sender has under way while the disk is slow.
package final class FileInbox: Sendable {
    /// What comes, for one reader at a time.
    struct Frames: AsyncSequence, Sendable {
        fileprivate let frames: AsyncStream<FileFrame>
        fileprivate let waiting: Waiting

        struct Iterator: AsyncIteratorProtocol {
            fileprivate var frames: AsyncStream<FileFrame>.Iterator
            fileprivate let waiting: Waiting

            mutating func next(isolation actor: isolated (any Actor)? = #isolation) async -> FileFrame? {
                let frame = await frames.next(isolation: actor)
                if let frame { waiting.bytes.subtract(frame.dataCount, ordering: .relaxed) }
                return frame
            }
        }

        func makeAsyncIterator() -> Iterator { Iterator(frames: frames.makeAsyncIterator(), waiting: waiting) }
    }

    fileprivate final class Waiting: Sendable {
        let bytes = Atomic(0)
    }

    let frames: Frames
    private let continuation: AsyncStream<FileFrame>.Continuation
    private let byteLimit: Int
    private static let frameLimit = 2048

    /// - Parameter underWay: bytes that an honest sender has under way at most.
    init(underWay: Int) {
        let (frames, continuation) = AsyncStream.makeStream(
            of: FileFrame.self, bufferingPolicy: .bufferingOldest(Self.frameLimit))
        self.frames = Frames(frames: frames, waiting: Waiting())
        self.continuation = continuation
        // The last piece may reach beyond.
        byteLimit = underWay + FileFrame.limit
    }

    deinit { end() }

    /// - Returns: false when nothing that follows is of use: it is no frame, or nobody takes it.
    func receive(_ message: [UInt8]) -> Bool {
        guard let frame = try? FileFrame(parsing: ByteBuffer(bytes: message)) else {
            end()
            return false
        }
        return receive(frame)
    }

    /// - Returns: false when nothing that follows is of use: nobody takes it.
    func receive(_ frame: FileFrame) -> Bool {
        let bytes = frames.waiting.bytes.add(frame.dataCount, ordering: .relaxed).newValue
        guard bytes <= byteLimit, case .enqueued = continuation.yield(frame) else {
            end()
            return false
        }
        return true
    }

    func end() { continuation.finish() }
}

extension FileFrame {
    fileprivate var dataCount: Int { if case .data(let bytes) = self { bytes.readableBytes } else { 0 } }
}
