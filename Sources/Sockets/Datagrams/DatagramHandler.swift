import NIOCore

/// Puts datagrams into a queue, and stops reading while nobody takes them out.
final class DatagramHandler: ChannelDuplexHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    /// What a datagram weighs beyond its bytes, so that empty ones fill the queue too.
    private static let overhead = 64

    private let queue: SocketQueue<DatagramSocket.Datagram>

    init(queue: SocketQueue<DatagramSocket.Datagram>) { self.queue = queue }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        queue.onRoom { channel.read() }
    }

    func read(context: ChannelHandlerContext) {
        if queue.mayRead() { context.read() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        guard let sender = SocketEndpoint(envelope.remoteAddress) else { return }
        let datagram = DatagramSocket.Datagram(bytes: Array(envelope.data.readableBytesView), sender: sender)
        queue.offer(datagram, weight: datagram.bytes.count + Self.overhead)
    }

    /// A datagram that one peer refused says nothing about the others: the socket stays.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {}

    func channelInactive(context: ChannelHandlerContext) {
        queue.end(SocketError(.linkBroken, "the system closed the socket"))
        context.fireChannelInactive()
    }
}
