import Sockets
import Testing

/// A server on loopback with one client connected to it.
struct Pair {
    let server: SocketServer
    let client: SocketConnection
    let accepted: SocketConnection

    init(
        mode: TransmissionMode = .sizeHeader(), clientMode: TransmissionMode? = nil,
        options: SocketOptions = SocketOptions(), server security: SocketSecurity.Server? = nil,
        client clientSecurity: SocketSecurity.Client? = nil
    ) async throws {
        server = try await SocketServer.listen(
            port: 0, address: "127.0.0.1", mode: mode, options: options, security: security)
        client = try await SocketConnection.connect(
            to: "127.0.0.1", port: try server.port, mode: clientMode ?? mode, options: options,
            security: clientSecurity)
        accepted = try await server.accept()
    }

    func close() async {
        await client.close()
        await server.closeAll()
    }
}

extension SocketServer {
    /// The port that the system gave.
    var port: Int { get throws { try #require(local?.port) } }
}

/// The kind of error that `body` throws; nil when it throws none.
func kind<Value>(of body: () async throws(SocketError) -> Value) async -> SocketError.Kind? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error.kind
    }
}

/// Waits until `condition` holds: for what has no event to wait for. The suite's time limit ends it.
func until(_ condition: () async throws -> Bool) async throws {
    while try await !condition() { try await Task.sleep(for: .milliseconds(2)) }
}
