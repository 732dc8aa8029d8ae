import NIOCore
import NIOPosix
import Synchronization

/// A UDP socket, of a client or a server: datagrams go and come as they are, or not at all.
public final class DatagramSocket: Sendable {
    /// One datagram that came.
    public struct Datagram: Sendable, Hashable {
        /// What was sent, 0–65,507 bytes.
        public var bytes: [UInt8]
        /// Who sent it.
        public var sender: SocketEndpoint

        /// A datagram of `sender`.
        public init(bytes: [UInt8], sender: SocketEndpoint) {
            self.bytes = bytes
            self.sender = sender
        }
    }

    private struct State {
        var isClosed = false
        var sender: SocketEndpoint?
    }

    /// The address and port of this socket.
    public let local: SocketEndpoint?

    private let channel: any Channel
    private let queue: SocketQueue<Datagram>
    private let state = Mutex(State())

    private init(channel: any Channel, queue: SocketQueue<Datagram>) {
        self.channel = channel
        self.queue = queue
        local = SocketEndpoint(channel.localAddress)
    }

    deinit { channel.close(promise: nil) }

    /// Creates a UDP socket.
    ///
    /// - Parameters:
    ///   - port: 0–65535; 0 asks for a free one, as clients do. The original allows 5000–65000.
    ///   - address: the local address to use; all of them when empty, by IPv6 and IPv4.
    ///   - options: how the socket works.
    /// - Throws: ``SocketError``: `addressInUse`, `addressUnavailable`, `notPermitted`.
    public static func create(
        port: Int = 0, address: String = "", options: SocketOptions = SocketOptions()
    ) async throws(SocketError) -> DatagramSocket {
        let asked = SocketEndpoint(host: address, port: port)
        guard (0...65_535).contains(port) else {
            throw SocketError(.addressUnavailable, peer: asked, "there is no port \(port)")
        }
        let queue = SocketQueue<Datagram>(capacity: options.readAhead)
        let bootstrap = DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.socketOption(.so_reuseaddr), value: 0)
            // Room for the longest datagram: what does not fit would be cut off without a word.
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 65_536))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    channel.hideFromChildProcesses()
                    try channel.pipeline.syncOperations.addHandler(DatagramHandler(queue: queue))
                }
            }
        do {
            if !address.isEmpty {
                return DatagramSocket(
                    channel: try await bootstrap.bind(host: address, port: port).get(), queue: queue)
            }
            do {
                return DatagramSocket(channel: try await bootstrap.bind(host: "::", port: port).get(), queue: queue)
            } catch let error as IOError where error.errnoCode == EAFNOSUPPORT || error.errnoCode == EADDRNOTAVAIL {
                return DatagramSocket(
                    channel: try await bootstrap.bind(host: "0.0.0.0", port: port).get(), queue: queue)
            }
        } catch {
            throw SocketError(cause: error, peer: asked)
        }
    }

    /// True until ``close()``.
    public var exists: Bool { state.withLock { !$0.isClosed } }

    /// Who sent the datagram that was read last.
    ///
    /// - Throws: `invalidArgument` when none was read yet; `closedLocally`.
    public func clientInformation() throws(SocketError) -> SocketEndpoint {
        guard exists else { throw closedLocally }
        guard let sender = state.withLock({ $0.sender }) else {
            throw SocketError(.invalidArgument, "no datagram was read yet, so nobody is known")
        }
        return sender
    }

    /// Reads the next datagram, waiting for ever; its sender is kept for ``clientInformation()``.
    ///
    /// While nobody reads, datagrams wait up to `options.readAhead` and then in the system, which drops what it
    /// cannot hold.
    ///
    /// - Throws: `closedLocally`, `cancelled`.
    public func read() async throws(SocketError) -> Datagram {
        while true {
            if let datagram = try await read(until: nil) { return datagram }
        }
    }

    /// Reads the next datagram, waiting for `limit` at most; nil when none came.
    ///
    /// - Throws: `closedLocally`, `cancelled`.
    public func read(within limit: Duration) async throws(SocketError) -> Datagram? {
        try await read(until: .after(limit))
    }

    private func read(until deadline: NIODeadline?) async throws(SocketError) -> Datagram? {
        while true {
            if Task.isCancelled { throw SocketError(.cancelled, "the read was cancelled") }
            if let datagram = queue.take() {
                state.withLock { $0.sender = datagram.sender }
                return datagram
            }
            guard try await queue.wait(until: deadline) else { return nil }
        }
    }

    /// Sends one datagram to `host` and `port`.
    ///
    /// - Throws: `unknownHost`, `unreachable`, `tooLong` above 65,507 bytes, `closedLocally`, `cancelled`. That nobody
    ///   received it is no error.
    public func write(_ bytes: [UInt8], to host: String, port: Int) async throws(SocketError) {
        let target = SocketEndpoint(host: host, port: port)
        guard exists else { throw closedLocally }
        if Task.isCancelled { throw SocketError(.cancelled, peer: target, "the write was cancelled") }
        guard (1...65_535).contains(port) else {
            throw SocketError(.invalidArgument, peer: target, "the port is not between 1 and 65535")
        }
        let address = try await DatagramTarget.address(of: target, from: channel.localAddress?.protocol ?? .inet)
        let answer = Answer<Void>()
        let envelope = AddressedEnvelope(remoteAddress: address, data: ByteBuffer(bytes: bytes))
        channel.writeAndFlush(envelope).whenComplete { result in
            answer.give(result.mapError { SocketError(cause: $0) })
        }
        do {
            try await answer.wait()
        } catch {
            throw exists || error.kind == .cancelled ? error.with(peer: target) : closedLocally
        }
    }

    /// Answers whoever sent a datagram.
    ///
    /// - Throws: as ``write(_:to:port:)``.
    public func write(_ bytes: [UInt8], to peer: SocketEndpoint) async throws(SocketError) {
        try await write(bytes, to: peer.host, port: peer.port)
    }

    /// Closes the socket and frees the port. Reads that wait, and later ones, get `closedLocally`.
    public func close() async {
        state.withLock { $0.isClosed = true }
        queue.discard(closedLocally)
        try? await channel.close().get()
    }

    private var closedLocally: SocketError {
        SocketError(.closedLocally, peer: local, "this program closed the socket")
    }
}
