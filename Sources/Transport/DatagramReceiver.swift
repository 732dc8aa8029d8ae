import NIOCore
import NIOPosix
import Wire

/// Hands the datagrams of one socket to the transport, and tells it when a batch of them ends.
///
/// The answer to a batch is worked out once, at its end: a burst of packets costs one drain, one flush and one timer. Of
/// a long one the answer begins early, so that the far side has work meanwhile.
final class DatagramReceiver: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>

    /// Datagrams after which the answer begins.
    private static let batchCap = 32

    private let receive: ([UInt8], TransportAddress) -> Void
    private let batchEnded: () -> Void
    private var waiting = 0

    init(receive: @escaping ([UInt8], TransportAddress) -> Void, batchEnded: @escaping () -> Void) {
        self.receive = receive
        self.batchEnded = batchEnded
    }

    /// Several datagrams a call to the system, and where it can (`UDP_GRO`) those of one size that came together as one.
    static func configure(_ bootstrap: DatagramBootstrap) -> DatagramBootstrap {
        guard System.supportsUDPReceiveOffload else {
            return bootstrap.channelOption(.datagramVectorReadMessageCount, value: 16)
                .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 16 << 11))
        }
        return bootstrap.channelOption(.datagramReceiveOffload, value: true)
            .channelOption(.datagramReceiveSegmentSize, value: true)
            .channelOption(.datagramVectorReadMessageCount, value: 8)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 8 << 16))
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        guard let remote = TransportAddress(envelope.remoteAddress) else { return }
        var rest = envelope.data.readableBytesView
        if let size = envelope.metadata?.segmentSize, size > 0 {
            while rest.count > size {
                take(rest.prefix(size), from: remote)
                rest = rest.dropFirst(size)
            }
        }
        take(rest, from: remote)
    }

    private func take(_ datagram: ByteBufferView, from remote: TransportAddress) {
        receive(Array(datagram), remote)
        waiting += 1
        if waiting == Self.batchCap { endBatch() }
    }

    private func endBatch() {
        waiting = 0
        batchEnded()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        endBatch()
    }

    /// An ICMP "port unreachable" surfaces here; connectivity checks find out for themselves, so the socket stays.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}
