import NIOCore
import NIOPosix

extension SocketServer {
    /// Creates a Bluetooth server (RFCOMM).
    ///
    /// It does not announce itself: a client has to know the channel, or the program announces it through BlueZ.
    ///
    /// - Parameters:
    ///   - channel: the RFCOMM channel, 1–30.
    ///   - adapter: the address of the adapter to listen on; any when empty.
    ///   - mode: how messages are told apart, for each client.
    ///   - options: how the sockets work.
    /// - Throws: ``SocketError``: `unavailable` where the kernel has no Bluetooth, `addressInUse`, `invalidArgument`.
    public static func listenBluetooth(
        channel: Int, adapter: String = "", mode: TransmissionMode = .raw, options: SocketOptions = SocketOptions()
    ) async throws(SocketError) -> SocketServer {
        let address = try DeviceAddress.bluetooth(adapter, channel: channel)
        return try await listen(.bluetooth, at: address, mode: mode, options: options)
    }

    /// Creates an infrared (IrDA) server.
    ///
    /// - Parameters:
    ///   - service: the service's name, 1–24 bytes.
    ///   - mode: how messages are told apart, for each client.
    ///   - options: how the sockets work.
    /// - Throws: ``SocketError``: `unavailable` where the kernel has no infrared sockets, as every Linux since 4.17;
    ///   `invalidArgument`.
    public static func listenInfrared(
        service: String, mode: TransmissionMode = .sizeHeader(), options: SocketOptions = SocketOptions()
    ) async throws(SocketError) -> SocketServer {
        let address = try DeviceAddress.infrared(service: service)
        return try await listen(.infrared, at: address, mode: mode, options: options)
    }

    private static func listen(
        _ family: DeviceSocket.Family, at address: [UInt8], mode: TransmissionMode, options: SocketOptions
    ) async throws(SocketError) -> SocketServer {
        try mode.check()
        let arrivals = SocketQueue<Arrival>(capacity: options.backlog)
        let socket = try DeviceSocket(family)
        try socket.listen(at: address, backlog: options.backlog)
        let channel = try await SocketListener(options: options).open(descriptor: socket.take()) { server in
            try server.pipeline.syncOperations.addHandler(ArrivalGate(arrivals: arrivals))
        } setUp: { client in
            try setUp(client, options: options, arrivals: arrivals)
        }
        return SocketServer(channel: channel, arrivals: arrivals, options: options, mode: mode)
    }
}
