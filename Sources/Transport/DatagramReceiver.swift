import NIOCore
import Wire

/// Hands the datagrams of one socket to the transport, and tells it when a batch of them ends.
///
/// The answer to a batch is worked out once, at its end: a burst of packets costs one drain, one flush and one timer.
final class DatagramReceiver: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>

    private let receive: ([UInt8], TransportAddress) -> Void
    private let batchEnded: () -> Void

    init(receive: @escaping ([UInt8], TransportAddress) -> Void, batchEnded: @escaping () -> Void) {
        self.receive = receive
        self.batchEnded = batchEnded
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        guard let remote = TransportAddress(envelope.remoteAddress) else { return }
        receive(Array(envelope.data.readableBytesView), remote)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        batchEnded()
    }

    /// An ICMP "port unreachable" surfaces here; connectivity checks find out for themselves, so the socket stays.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}
