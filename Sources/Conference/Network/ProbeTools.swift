import Logging
import NIOCore
import RTC
import Transport
import Wire

/// The probes of one check, each with its time limit; on the network thread.
struct ProbeTools: Sendable {
    let network: NetworkConfiguration
    let options: TransportOptions
    let eventLoop: any EventLoop
    let logger: Logger
    let limit: Duration

    /// Whether this computer answers where others on the network would call it.
    func connect(to address: IPAddress, port: Int) async -> NetworkCheck.Outcome {
        await verdict(isRelay: false) {
            do {
                try await ConnectionProbe.run(
                    TransportAddress(address, port: UInt16(clamping: port)), on: eventLoop)
                return .ok(
                    translatable(
                        "This computer answers there, at port {port}. Others on this network reach it unless a firewall keeps them away."
                    ),
                    ["port": String(port)])
            } catch let failure as ProbeFailure {
                let isClosed = failure == .refused
                return .failed(
                    isClosed
                        ? translatable("This computer does not answer at its own address and port {port}.")
                        : translatable("A firewall on this computer keeps port {port} closed."),
                    ["port": String(port)])
            }
        }
    }

    func ask(_ server: ICEServerURI) async -> NetworkCheck.Outcome {
        await limited(isRelay: false) {
            .nat(try await STUNProbe.run(server, network: network, on: eventLoop))
        }
    }

    func logIn(_ relay: NetworkConfiguration.Relay) async -> NetworkCheck.Outcome {
        await verdict(isRelay: true) {
            .turn(
                try await TURNProbe.run(
                    relay, network: network, options: options, on: eventLoop, logger: logger))
        }
    }

    private func verdict(
        isRelay: Bool, _ probe: @escaping @Sendable () async throws -> NetworkVerdict
    ) async -> NetworkCheck.Outcome {
        await limited(isRelay: isRelay) { .verdict(try await probe()) }
    }

    /// The name of a server may take the system very long to look up, and that cannot be ended: it is left behind.
    private func limited(
        isRelay: Bool, _ probe: @escaping @Sendable () async throws -> NetworkCheck.Outcome
    ) async -> NetworkCheck.Outcome {
        let (outcomes, continuation) = AsyncStream.makeStream(of: NetworkCheck.Outcome.self)
        let work = Task {
            do {
                continuation.yield(try await probe())
            } catch is CancellationError {
                continuation.yield(.cancelled)
            } catch {
                let failure = (error as? ProbeFailure) ?? ProbeFailure(connecting: error)
                continuation.yield(.verdict(NetworkVerdict(failure, isRelay: isRelay)))
            }
        }
        let timer = Task {
            try? await Task.sleep(for: limit)
            continuation.yield(.verdict(NetworkVerdict(.timeout, isRelay: isRelay)))
        }
        defer {
            work.cancel()
            timer.cancel()
            continuation.finish()
        }
        // Nil when this task is cancelled.
        for await outcome in outcomes { return outcome }
        return .cancelled
    }
}
