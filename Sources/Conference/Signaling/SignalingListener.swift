import Glibc
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import Sockets
import Transport

/// Where direct calls come in: TLS and WebSocket on a TCP port, of every local address.
final class SignalingListener: Sendable {
    /// As bound: the one that was asked for, or the free one that the system chose.
    let port: Int
    private let channel: any Channel

    private init(channel: any Channel, port: Int) {
        self.channel = channel
        self.port = port
    }

    /// Binds, and gives each caller that has come as far as an open WebSocket to `onConnection`, on the event loop.
    static func open(
        port: Int, identity: InstallationIdentity, timing: SignalingTiming, on eventLoop: any EventLoop, logger: Logger,
        onConnection: @escaping @Sendable (IncomingConnection) -> Void
    ) async throws(ListeningProblem) -> SignalingListener {
        do {
            let context = try identity.serverContext()
            let admission = NIOLoopBoundBox.makeBoxSendingValue(Admission(timing: timing), eventLoop: eventLoop)
            let bootstrap = ServerBootstrap(group: eventLoop)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .serverChannelOption(.backlog, value: 128)
                .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
                .serverChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        channel.hideFromChildProcesses()
                        try channel.pipeline.syncOperations.addHandler(AcceptPause())
                    }
                }
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        channel.hideFromChildProcesses()
                        let caller = IncomingHandshake(
                            channel: channel, timing: timing, logger: logger, onConnection: onConnection)
                        guard caller.admit(by: admission) else { throw SignalingError("too many connections") }
                        try caller.start(context)
                    }
                }
            let channel = try await bind(bootstrap, port: port)
            return SignalingListener(channel: channel, port: channel.localAddress?.port ?? port)
        } catch { throw problem(error, port: port) }
    }

    /// Both families by one socket; only IPv4 where the machine has no IPv6. By addresses, because a resolver passes over
    /// those of a family that no interface has.
    private static func bind(_ bootstrap: ServerBootstrap, port: Int) async throws -> any Channel {
        do {
            let onlyIPv6 = ChannelOptions.Types.SocketOption(level: .ipv6, name: .ipv6_v6only)
            return try await bootstrap.serverChannelOption(onlyIPv6, value: 0).bind(
                to: SocketAddress(ipAddress: "::", port: port)
            ).get()
        } catch let error as IOError where ![EADDRINUSE, EACCES, EPERM].contains(error.errnoCode) {
            return try await bootstrap.bind(to: SocketAddress(ipAddress: "0.0.0.0", port: port)).get()
        }
    }

    private static func problem(_ error: any Error, port: Int) -> ListeningProblem {
        switch (error as? IOError)?.errnoCode {
        case EADDRINUSE: .portInUse(port)
        case EACCES, EPERM: .notPermitted(port)
        default: .failed("\(error)")
        }
    }

    /// Frees the port. Connections that are open stay.
    func close() async { try? await channel.close().get() }
}
