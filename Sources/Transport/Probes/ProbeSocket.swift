import NIOCore
import NIOPosix
import RTC
import Wire

/// A UDP socket of a check, on the local address by which a server is reached.
struct ProbeSocket {
    let channel: any Channel
    let local: TransportAddress

    /// Opens a socket as media would have it: on an allowed interface, within the port range.
    ///
    /// - Throws: `ProbeFailure.unreachable` when no allowed address leads to `remote`.
    static func open(
        to remote: TransportAddress, network: NetworkConfiguration, on eventLoop: any EventLoop,
        receive: @escaping @Sendable ([UInt8], TransportAddress) -> Void
    ) async throws -> ProbeSocket {
        let routed = remote.socketAddress.flatMap { LocalRoute.source(to: $0) }
        let usable = try NetworkInterfaces.addresses(withLoopback: true, allowed: network.allowedInterfaces)
        let fitting = usable.filter { $0.isIPv4 == remote.ip.isIPv4 && $0.isLoopback == remote.ip.isLoopback }
        guard let local = fitting.first(where: { $0 == routed }) ?? fitting.first else {
            throw ProbeFailure.unreachable
        }
        // One that is taken proves nothing against the range: a call tries them all.
        let ports = network.portRange.map { Array($0.shuffled().prefix(64)) } ?? [0]
        for port in ports {
            guard let address = TransportAddress(local, port: port).socketAddress else { break }
            let opening = DatagramBootstrap(group: eventLoop)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(
                            DatagramReceiver(receive: receive, batchEnded: {}))
                    }
                }
                .bind(to: address)
            guard let channel = try? await opening.get() else { continue }
            if let bound = channel.localAddress.flatMap(TransportAddress.init) {
                return ProbeSocket(channel: channel, local: bound)
            }
            try? await channel.close()
        }
        throw ProbeFailure.noSocket
    }

    func send(_ bytes: [UInt8], to remote: TransportAddress) {
        guard let address = remote.socketAddress else { return }
        let buffer = channel.allocator.buffer(bytes: bytes)
        channel.writeAndFlush(AddressedEnvelope(remoteAddress: address, data: buffer), promise: nil)
    }
}
