import NIOCore
import NIOPosix
import RTC
import Wire

/// Asks one STUN server over a real socket what is between here and there.
package enum STUNProbe {
    /// The server's answers to `NATDiscovery`, which ends by itself within some ten seconds; at once when cancelled.
    ///
    /// - Throws: `ProbeFailure`, or `CancellationError`.
    package static func run(
        _ server: ICEServerURI, network: NetworkConfiguration, on eventLoop: any EventLoop
    ) async throws -> NATReport {
        let addresses = await NameLookup.addresses(of: server.host, port: server.port)
        guard !addresses.isEmpty else { throw ProbeFailure.unknownHost }
        // The second family only where the first one leads nowhere.
        var failure: any Error = ProbeFailure.unreachable
        for address in addresses {
            do {
                return try await run(address, network: network, on: eventLoop)
            } catch let error as CancellationError {
                throw error
            } catch { failure = error }
        }
        throw failure
    }

    private static func run(
        _ server: TransportAddress, network: NetworkConfiguration, on eventLoop: any EventLoop
    ) async throws -> NATReport {
        let (datagrams, continuation) = AsyncStream.makeStream(
            of: ([UInt8], TransportAddress).self, bufferingPolicy: .bufferingOldest(64))
        let socket = try await ProbeSocket.open(to: server, network: network, on: eventLoop) { bytes, remote in
            continuation.yield((bytes, remote))
        }
        defer {
            continuation.finish()
            socket.channel.close(promise: nil)
        }
        var discovery = NATDiscovery(server: server, local: socket.local, random: .system)
        discovery.start(at: MonotonicClock.now)
        var iterator = datagrams.makeAsyncIterator()
        while !discovery.isFinished {
            while let (bytes, remote) = discovery.pollTransmit() { socket.send(bytes, to: remote) }
            let wait = discovery.nextTimeout.map { $0 - MonotonicClock.now } ?? .zero
            let timer = eventLoop.scheduleTask(in: .microseconds(max(0, wait.wholeMicroseconds))) {
                // An empty datagram is none of STUN: it only ends the wait.
                _ = continuation.yield(([], server))
            }
            let next = await iterator.next()
            timer.cancel()
            try Task.checkCancellation()
            guard let (bytes, remote) = next else { throw CancellationError() }
            discovery.receive(bytes, from: remote, at: MonotonicClock.now)
            discovery.handleTimeout(at: MonotonicClock.now)
        }
        switch discovery.report.failure {
        case .timeout: throw ProbeFailure.timeout
        case .refused: throw ProbeFailure.refusedByServer(code: nil)
        case nil: return discovery.report
        }
    }
}
