import ArgumentParser
import Dispatch
import FoundationEssentials
import Glibc
import Logging
import Sockets

/// Runs the server until a signal ends it.
enum ServerProgram {
    static func run(_ configuration: RendezvousServer.Configuration, logger: Logger) async throws {
        let folder = configuration.tokenFile.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        if !folder.isEmpty {
            try? FileManager.default.createDirectory(
                atPath: folder.joined(separator: "/"), withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        }
        // Before anything is listened on, so that no signal finds the default action.
        let (signals, sources) = watch([SIGTERM, SIGINT, SIGHUP])
        defer { for source in sources { source.cancel() } }
        let server = try RendezvousServer(configuration, logger: logger)
        try await server.start()
        let scheme = configuration.security == nil ? "ws" : "wss"
        let endpoint = SocketEndpoint(host: configuration.address.host, port: server.port ?? 0)
        logger.notice("listening", metadata: ["address": "\(scheme)://\(endpoint)"])
        if let port = server.chatPort { logger.notice("chat by TCP", metadata: ["port": "\(port)"]) }
        logger.info("administration", metadata: ["token-file": "\(configuration.tokenFile)"])
        for await number in signals {
            guard number == SIGHUP else {
                logger.notice("stopping", metadata: ["signal": "\(number)"])
                break
            }
            do throws(SocketError) {
                try await server.reloadSecurity()
                logger.notice("the certificate was read anew")
            } catch {
                logger.error("the certificate stays as it was", metadata: ["reason": "\(error)"])
            }
        }
        await server.stop()
        logger.notice("stopped")
    }

    private static func watch(_ numbers: [Int32]) -> (AsyncStream<Int32>, [any DispatchSourceSignal]) {
        let (stream, continuation) = AsyncStream.makeStream(of: Int32.self, bufferingPolicy: .bufferingOldest(16))
        let sources = numbers.map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.yield(number) }
            source.resume()
            return source
        }
        return (stream, sources)
    }
}

/// The program `causerie-server`.
public enum RendezvousProgram {
    /// Does what the command line says, and ends the process when that is no good.
    public static func run() async { await ServerCommand.main() }
}
