import NIOCore

/// What goes over a way for a file's bytes: whoever made the way says for which file, the receiver says from where, the
/// sender sends.
///
/// On the wire: one byte of kind, then the fields in network order; where the way has no messages of its own, four bytes
/// of length before it.
enum FileFrame: Hashable, Sendable {
    case open(ConversationIdentifier)
    /// From there; the SHA-256 is of everything before.
    case get(offset: Int64, prefix: [UInt8])
    /// It begins there: where the receiver asked, or at 0.
    case start(Int64)
    case data(ByteBuffer)
    /// So much has been written.
    case received(Int64)
    /// The SHA-256 of everything.
    case end([UInt8])
    /// The sender cannot go on with it.
    case stop(FileProblem)

    /// The longest frame, bytes without the length.
    static let limit = (512 << 10) + 1

    private enum Kind: UInt8 { case open = 1, get, start, data, received, end, stop }

    /// - Throws: for a frame that is none.
    init(parsing frame: ByteBuffer) throws(FileProblem) {
        var frame = frame
        guard let kind = frame.readInteger(as: UInt8.self).flatMap({ Kind(rawValue: $0) }) else {
            throw .protocolError
        }
        switch kind {
        case .open:
            guard let id = ConversationIdentifier(bytes: frame.readableBytesView) else { throw .protocolError }
            self = .open(id)
        case .get:
            let offset = try Self.offset(&frame)
            self = .get(offset: offset, prefix: try Self.hash(&frame))
        case .start: self = .start(try Self.offset(&frame))
        case .data: self = .data(frame)
        case .received: self = .received(try Self.offset(&frame))
        case .end: self = .end(try Self.hash(&frame))
        case .stop: self = .stop(FileProblem(rawValue: String(buffer: frame)) ?? .remoteFailed)
        }
    }

    private static func offset(_ frame: inout ByteBuffer) throws(FileProblem) -> Int64 {
        guard let offset = frame.readInteger(as: Int64.self), (0...FileOffer.sizeLimit).contains(offset) else {
            throw .protocolError
        }
        return offset
    }

    private static func hash(_ frame: inout ByteBuffer) throws(FileProblem) -> [UInt8] {
        guard let hash = frame.readBytes(length: 32), frame.readableBytes == 0 else { throw .protocolError }
        return hash
    }

    /// Kind and fields; of data the kind alone.
    var head: ByteBuffer {
        var buffer = ByteBuffer()
        switch self {
        case .open(let id):
            buffer.writeInteger(Kind.open.rawValue)
            buffer.writeBytes(id.bytes)
        case .get(let offset, let prefix):
            buffer.writeInteger(Kind.get.rawValue)
            buffer.writeInteger(offset)
            buffer.writeBytes(prefix)
        case .start(let offset):
            buffer.writeInteger(Kind.start.rawValue)
            buffer.writeInteger(offset)
        case .data: buffer.writeInteger(Kind.data.rawValue)
        case .received(let offset):
            buffer.writeInteger(Kind.received.rawValue)
            buffer.writeInteger(offset)
        case .end(let hash):
            buffer.writeInteger(Kind.end.rawValue)
            buffer.writeBytes(hash)
        case .stop(let problem):
            buffer.writeInteger(Kind.stop.rawValue)
            buffer.writeString(problem.rawValue)
        }
        return buffer
    }
}
