import Glibc
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import Sockets
import Transport
import Wire

/// Where direct calls come in: TLS and WebSocket on a TCP port, of every local address.
final class SignalingListener: Sendable {
    /// As bound: the one that was asked for, or the free one that the system chose.
    let port: Int
    private let channels: [any Channel]

    private init(channels: [any Channel], port: Int) {
        self.channels = channels
        self.port = port
    }

    /// Binds, and gives each caller that has come as far as an open WebSocket to `onConnection`, on the event loop.
    ///
    /// - Parameter boundary: what keeps calls on the local networks; nil for calls from anywhere.
    static func open(
        port: Int, identity: InstallationIdentity, timing: SignalingTiming, boundary: LocalBoundary? = nil,
        on eventLoop: any EventLoop, logger: Logger,
        onConnection: @escaping @Sendable (IncomingConnection) -> Void
    ) async throws(ListeningProblem) -> SignalingListener {
        do {
            let context = try identity.serverContext()
            let admission = NIOLoopBoundBox.makeBoxSendingValue(Admission(timing: timing), eventLoop: eventLoop)
            let bootstrap = ServerBootstrap(group: eventLoop)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .serverChannelOption(.backlog, value: 128)
                .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        channel.hideFromChildProcesses()
                        try admit(channel, within: boundary)
                        let caller = IncomingHandshake(
                            channel: channel, timing: timing, logger: logger, onConnection: onConnection)
                        guard caller.admit(by: admission) else { throw SignalingError("too many connections") }
                        try caller.start(context)
                    }
                }
            let channels = try await bind(bootstrap, port: port, within: boundary)
            return SignalingListener(channels: channels, port: channels.first?.localAddress?.port ?? port)
        } catch { throw problem(error, port: port) }
    }

    /// Of a chosen interface each one socket, and one for this computer itself; one for all where none is chosen.
    private static func bind(
        _ bootstrap: ServerBootstrap, port: Int, within boundary: LocalBoundary?
    ) async throws -> [any Channel] {
        guard let boundary else { return [try await bind(bootstrap.interface(nil, isConfined: false), port: port)] }
        guard let allowed = boundary.allowed else {
            return [try await bind(bootstrap.interface(nil, isConfined: true), port: port)]
        }
        var channels = [try await bind(bootstrap.interface("lo", isConfined: false), port: port)]
        // The system has chosen one; all have the same.
        let port = channels.first?.localAddress?.port ?? port
        for name in allowed.sorted() {
            // One that is not there now is tried again when the port is opened anew.
            if let channel = try? await bind(bootstrap.interface(name, isConfined: true), port: port) {
                channels.append(channel)
            }
        }
        return channels
    }

    /// Turns away who calls from elsewhere, and counts what is written to who does not.
    private static func admit(_ channel: any Channel, within boundary: LocalBoundary?) throws {
        guard let boundary else { return }
        let remote = channel.remoteAddress?.ipAddress.flatMap { IPAddress(mapped: $0) }
        guard let remote, let interface = boundary.admit(remote) else { throw SignalingError("a call from elsewhere") }
        let counter = SendCounter(boundary.traffic.counter(for: interface))
        try channel.pipeline.syncOperations.addHandler(counter, position: .first)
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
    func close() async {
        for channel in channels { try? await channel.close().get() }
    }
}

extension ServerBootstrap {
    /// For one interface alone, or all.
    fileprivate func interface(_ name: String?, isConfined: Bool) -> ServerBootstrap {
        serverChannelInitializer { channel in
            channel.hideFromChildProcesses()
            do { try channel.pipeline.syncOperations.addHandler(AcceptPause()) } catch {
                return channel.eventLoop.makeFailedFuture(error)
            }
            if isConfined { LocalBoundary.confine(channel, isIPv4: false) }
            return name.map { LocalBoundary.bind(channel, toInterface: $0) }
                ?? channel.eventLoop.makeSucceededVoidFuture()
        }
    }
}

extension IPAddress {
    /// An IPv4 address as a socket of both families tells it, too: `::ffff:192.0.2.1`.
    fileprivate init?(mapped text: String) {
        guard let address = IPAddress(text) else { return nil }
        if case .v6(0, let low) = address, low >> 32 == 0xFFFF {
            self = .v4(UInt32(truncatingIfNeeded: low))
        } else {
            self = address
        }
    }
}
