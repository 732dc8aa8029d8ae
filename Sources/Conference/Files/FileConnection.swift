import NIOCore
import RTC
import Transport

/// A TLS connection with another installation that carries one file's bytes.
final class FileConnection: FilePipe {
    /// What HTTP is upgraded to.
    static let protocolName = "causerie-file"

    var frames: FileInbox.Frames { inbox.frames }
    let remoteIdentity: DTLSFingerprint
    let pieceLimit = 256 << 10
    let isInCall = false
    private let channel: any Channel
    private let inbox = FileInbox(underWay: FileWindow.full)

    /// Puts itself at the end of a channel. On the channel's event loop.
    init(channel: any Channel, identity: PresentedIdentity) throws {
        guard let remoteIdentity = identity.fingerprint else { throw SignalingError("no certificate") }
        self.remoteIdentity = remoteIdentity
        self.channel = channel
        try channel.pipeline.syncOperations.addHandlers(
            ByteToMessageHandler(FileFrameDecoder(), maximumBufferSize: FileFrame.limit * 2),
            FileFrameHandler(inbox))
    }

    deinit { close() }

    func send(_ frame: FileFrame) {
        var head = frame.head
        var length = head.readableBytes
        if case .data(let bytes) = frame { length += bytes.readableBytes }
        var first = ByteBuffer()
        first.reserveCapacity(4 + head.readableBytes)
        first.writeInteger(UInt32(clamping: length))
        first.writeBuffer(&head)
        if case .data(let bytes) = frame {
            channel.write(first, promise: nil)
            channel.writeAndFlush(bytes, promise: nil)
        } else {
            channel.writeAndFlush(first, promise: nil)
        }
    }

    func close() {
        channel.eventLoop.execute { [channel] in
            // Behind what is being written.
            channel.writeAndFlush(ByteBuffer()).whenComplete { _ in channel.close(promise: nil) }
        }
    }
}

/// Frames out of the bytes of a connection.
struct FileFrameDecoder: ByteToMessageDecoder {
    typealias InboundOut = FileFrame

    mutating func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) throws -> DecodingState {
        guard let length = buffer.getInteger(at: buffer.readerIndex, as: UInt32.self) else { return .needMoreData }
        guard (1...FileFrame.limit).contains(Int(length)) else { throw FileProblem.protocolError }
        guard buffer.readableBytes >= 4 + Int(length) else { return .needMoreData }
        buffer.moveReaderIndex(forwardBy: 4)
        guard let frame = buffer.readSlice(length: Int(length)) else { return .needMoreData }
        context.fireChannelRead(Self.wrapInboundOut(try FileFrame(parsing: frame)))
        return .continue
    }

    /// What is cut short is of no use.
    mutating func decodeLast(
        context: ChannelHandlerContext, buffer: inout ByteBuffer, seenEOF: Bool
    ) throws -> DecodingState { try decode(context: context, buffer: &buffer) }
}

/// Hands on what comes, until the connection is closed or its reader cannot keep up.
private final class FileFrameHandler: ChannelInboundHandler {
    typealias InboundIn = FileFrame

    private let inbox: FileInbox

    init(_ inbox: FileInbox) { self.inbox = inbox }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if !inbox.receive(unwrapInboundIn(data)) { context.close(promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        inbox.end()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { inbox.end() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        inbox.end()
        context.close(promise: nil)
    }
}
