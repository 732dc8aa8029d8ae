import NIOCore
import NIOPosix

extension SocketConnection {
    /// Connects to a Bluetooth device by RFCOMM (serial port).
    ///
    /// - Parameters:
    ///   - device: the device's address: `01:23:45:67:89:AB`.
    ///   - channel: the RFCOMM channel of the service, 1–30, as `sdptool browse` shows it.
    ///   - mode: how messages are told apart; raw, as devices expect.
    ///   - options: how the socket works.
    ///   - limit: how long connecting may take; it blocks a thread of a pool, not the caller's.
    /// - Throws: ``SocketError``: `unavailable` where the kernel has no Bluetooth, `unreachable`, `timedOut`,
    ///   `refused`, `invalidArgument`.
    public static func connectBluetooth(
        to device: String, channel: Int, mode: TransmissionMode = .raw, options: SocketOptions = SocketOptions(),
        within limit: Duration = .seconds(20)
    ) async throws(SocketError) -> SocketConnection {
        try await connect(
            .bluetooth, to: try DeviceAddress.bluetooth(device, channel: channel),
            peer: SocketEndpoint(host: device, port: channel), mode: mode, options: options, within: limit)
    }

    /// Connects to an infrared (IrDA) service of a device in view.
    ///
    /// - Parameters:
    ///   - service: the service's name, 1–24 bytes.
    ///   - mode: how messages are told apart.
    ///   - options: how the socket works.
    ///   - limit: how long connecting may take.
    /// - Throws: ``SocketError``: `unavailable` where the kernel has no infrared sockets, as every Linux since 4.17;
    ///   `invalidArgument`.
    public static func connectInfrared(
        to service: String, mode: TransmissionMode = .sizeHeader(), options: SocketOptions = SocketOptions(),
        within limit: Duration = .seconds(20)
    ) async throws(SocketError) -> SocketConnection {
        try await connect(
            .infrared, to: try DeviceAddress.infrared(service: service),
            peer: SocketEndpoint(host: service, port: 0), mode: mode, options: options, within: limit)
    }

    private static func connect(
        _ family: DeviceSocket.Family, to address: [UInt8], peer: SocketEndpoint, mode: TransmissionMode,
        options: SocketOptions, within limit: Duration
    ) async throws(SocketError) -> SocketConnection {
        try mode.check()
        let queue = SocketQueue<ByteBuffer>(capacity: options.readAhead)
        do {
            let descriptor = try await NIOThreadPool.singleton.runIfActive {
                let socket = try DeviceSocket(family)
                try socket.connect(to: address, within: limit)
                return socket.take()
            }
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .channelOption(.allowRemoteHalfClosure, value: true)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(ConnectionHandler(queue: queue, peer: peer))
                    }
                }
                .withConnectedSocket(descriptor).get()
            return await SocketConnection(channel: channel, queue: queue, peer: peer, options: options, mode: mode)
        } catch {
            throw SocketError(cause: error, peer: peer)
        }
    }
}
