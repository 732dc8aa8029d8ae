import Logging
import NIOCore
import NIOPosix
import RTC
import Synchronization
import Wire

/// Logs in to one TURN server over a real socket, and out again.
package enum TURNProbe {
    /// What a TURN server gave, and how long it took.
    package struct Report: Hashable, Sendable {
        /// Where others would send to.
        package var relayed: TransportAddress
        /// From the first request to the allocation, the server's challenge included; name and connection are not.
        package var duration: Duration
    }

    /// Ends by itself within some twenty seconds; at once when cancelled.
    ///
    /// - Throws: `ProbeFailure`, or `CancellationError`.
    package static func run(
        _ relay: NetworkConfiguration.Relay, network: NetworkConfiguration, options: TransportOptions,
        on eventLoop: any EventLoop, logger: Logger
    ) async throws -> Report {
        var lookup = network
        lookup.relays = [relay]
        let servers = await lookup.resolved().turnServers
        guard !servers.isEmpty else { throw ProbeFailure.unknownHost }
        // The second family only where the first one leads nowhere.
        var failure: any Error = ProbeFailure.unreachable
        for server in servers {
            do {
                return try await TURNLogin(server, options, eventLoop, logger).run(network)
            } catch let error as CancellationError {
                throw error
            } catch {
                failure = error
                // A refusal is the server's, whichever way it was asked.
                if [.unauthorized, .forbidden, .exhausted].contains(error as? ProbeFailure) { break }
            }
        }
        throw failure
    }
}

/// One attempt: a `TURNClient` with its one socket or connection.
private final class TURNLogin: Sendable {
    private enum Input: Sendable {
        case datagram([UInt8], TransportAddress)
        case connection(TURNConnectionEvent)
        case timer
    }

    private let server: TURNServer
    private let eventLoop: any EventLoop
    private let connections: NIOLoopBound<TURNConnections>
    private let inputs: AsyncStream<Input>
    private let continuation: AsyncStream<Input>.Continuation
    /// Of the connection in use; the server may send us to another.
    private let number = Atomic<Int>(0)

    init(_ server: TURNServer, _ options: TransportOptions, _ eventLoop: any EventLoop, _ logger: Logger) async throws {
        self.server = server
        self.eventLoop = eventLoop
        connections = try await eventLoop.submit {
            NIOLoopBound(
                TURNConnections(options: options, eventLoop: eventLoop, logger: logger), eventLoop: eventLoop)
        }.get()
        (inputs, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(256))
    }

    func run(_ network: NetworkConfiguration) async throws -> TURNProbe.Report {
        var socket: ProbeSocket?
        if !server.transport.isStream {
            socket = try await ProbeSocket.open(to: server.address, network: network, on: eventLoop) {
                [continuation] bytes, remote in
                continuation.yield(.datagram(bytes, remote))
            }
        }
        var client = TURNClient(server: server, random: .system)
        defer { end(&client, socket) }
        return try await logIn(&client, socket)
    }

    private func logIn(_ client: inout TURNClient, _ socket: ProbeSocket?) async throws -> TURNProbe.Report {
        var reassembler = STUNStreamReassembler()
        var begun = MonotonicClock.now
        if !server.transport.isStream { client.start(at: begun) }
        var iterator = inputs.makeAsyncIterator()
        while true {
            while let event = client.pollEvent() {
                switch event {
                case .connect(let address):
                    reassembler = STUNStreamReassembler()
                    connect(to: address)
                case .allocated:
                    guard let relayed = client.relayed.first else { throw ProbeFailure.refusedByServer(code: nil) }
                    return TURNProbe.Report(relayed: relayed, duration: MonotonicClock.now - begun)
                case .lost(let failure), .failed(let failure): throw ProbeFailure(failure)
                }
            }
            while let bytes = client.pollTransmit() { send(bytes, client.address, socket) }
            let timer = schedule(client.nextTimeout)
            let input = await iterator.next()
            timer?.cancel()
            try Task.checkCancellation()
            let now = MonotonicClock.now
            switch input {
            case nil: throw CancellationError()
            case .timer?: break
            case .datagram(let bytes, let remote)? where remote == client.address:
                _ = client.receive(bytes, at: now)
            case .connection(.opened)?:
                begun = now
                client.start(at: now)
            case .connection(.received(let bytes))?:
                reassembler.append(bytes)
                do {
                    while let message = try reassembler.next() { _ = client.receive(message, at: now) }
                } catch { throw ProbeFailure.refusedByServer(code: nil) }
            case .connection(.ended(let reason))?:
                throw reason.map { ProbeFailure(connecting: $0) } ?? .connectionLost
            case .datagram, .connection(.batchEnded): break
            }
            client.handleTimeout(at: now)
        }
    }

    private func schedule(_ deadline: Instant?) -> Scheduled<Void>? {
        guard let deadline else { return nil }
        let delay = max(0, (deadline - MonotonicClock.now).wholeMicroseconds)
        return eventLoop.scheduleTask(in: .microseconds(delay)) { [continuation] in _ = continuation.yield(.timer) }
    }

    private func connect(to address: TransportAddress) {
        let id = TURNConnectionID(number: number.add(1, ordering: .relaxed).newValue)
        let endpoint = TURNEndpoint(
            address: address, usesTLS: server.transport == .tls,
            hostName: address == server.address ? server.hostName : nil)
        eventLoop.execute { [connections, continuation] in
            connections.value.closeAll()
            connections.value.open(id, to: endpoint) { event in _ = continuation.yield(.connection(event)) }
        }
    }

    private func send(_ bytes: [UInt8], _ address: TransportAddress, _ socket: ProbeSocket?) {
        if let socket { return socket.send(bytes, to: address) }
        let id = TURNConnectionID(number: number.load(ordering: .relaxed))
        eventLoop.execute { [connections] in
            connections.value.write(bytes, to: id)
            connections.value.flush()
        }
    }

    /// Gives the allocation back, and hangs up.
    private func end(_ client: inout TURNClient, _ socket: ProbeSocket?) {
        client.close(at: MonotonicClock.now)
        while let bytes = client.pollTransmit() { send(bytes, client.address, socket) }
        continuation.finish()
        socket?.channel.close(promise: nil)
        eventLoop.execute { [connections] in connections.value.closeAll() }
    }
}
