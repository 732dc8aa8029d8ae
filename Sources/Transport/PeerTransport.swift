import Logging
import NIOCore
import RTC
import Wire

/// A `PeerConnection` on real sockets: one event loop owns it, its UDP sockets and its timer.
///
/// Every call may come from any thread. Events are delivered on the event loop, in order; a handler must not block.
package final class PeerTransport: Sendable {
    private let core: NIOLoopBound<PeerTransportCore>
    package let eventLoop: any EventLoop

    /// Opens sockets on the given local addresses at once, so that the first description carries candidates.
    ///
    /// - Throws: when the DTLS certificate cannot be used, and when the system has no descriptors left for the sockets
    ///   (`isShortage`): a call with half of them would look for its way in vain.
    package static func open(
        configuration: PeerConnectionConfiguration, addresses: [IPAddress],
        options: TransportOptions = TransportOptions(), on eventLoop: any EventLoop, logger: Logger,
        onEvent: @escaping @Sendable (PeerConnectionEvent) -> Void
    ) async throws -> PeerTransport {
        try await eventLoop.flatSubmit {
            do {
                let peer = try PeerConnection(configuration: configuration, at: MonotonicClock.now)
                let core = PeerTransportCore(
                    peer: peer, options: options, eventLoop: eventLoop, logger: logger, onEvent: onEvent)
                let transport = PeerTransport(core: NIOLoopBound(core, eventLoop: eventLoop), eventLoop: eventLoop)
                return core.openSockets(on: addresses).map { transport }
            } catch {
                return eventLoop.makeFailedFuture(error)
            }
        }.get()
    }

    private init(core: NIOLoopBound<PeerTransportCore>, eventLoop: any EventLoop) {
        self.core = core
        self.eventLoop = eventLoop
    }

    /// Runs `body` with the connection on its event loop, then sends and schedules what came of it.
    package func perform<Result: Sendable>(
        _ body: @escaping @Sendable (PeerConnection, Instant) throws -> Result
    ) async throws -> Result {
        try await eventLoop.submit { [core] in
            let core = core.value
            defer { core.drain() }
            return try body(core.peer, MonotonicClock.now)
        }.get()
    }

    /// As `perform`, for the media path: nobody waits for it, and nothing can fail.
    package func post(_ body: @escaping @Sendable (PeerConnection, Instant) -> Void) {
        eventLoop.execute { [core] in
            let core = core.value
            body(core.peer, MonotonicClock.now)
            core.drain()
        }
    }

    /// Makes the network of this connection worse, or as it was, for datagrams from now on.
    package func emulate(_ network: NetworkEmulation) {
        eventLoop.execute { [core] in
            let core = core.value
            core.emulate(network)
            core.drain()
        }
    }

    /// The local addresses of now: sockets on others are closed, and new ones opened, while media goes on.
    package func use(_ addresses: [IPAddress]) {
        eventLoop.execute { [core] in core.value.use(addresses) }
    }

    /// Says goodbye to the peer (BYE, close_notify) and closes the sockets. Later calls do nothing.
    package func close() async {
        try? await eventLoop.flatSubmit { [core] in core.value.close() }.get()
    }
}
