import Logging
import Sockets

extension Logger {
    /// Tells what happened to a client. Nothing that the client wrote goes into the log but its path.
    func debug(_ what: String, _ client: WebSocketServer.Client) { log(.debug, what, client) }

    func info(_ what: String, _ client: WebSocketServer.Client) { log(.info, what, client) }

    private func log(_ level: Level, _ what: String, _ client: WebSocketServer.Client) {
        var metadata: Metadata = [
            "client": "\(client.id)", "address": "\(SocketEndpoint(host: client.address, port: client.port))",
            "path": "\(client.path)",
        ]
        if let closure = client.closure { metadata["code"] = "\(closure.code)" }
        log(level: level, "\(what)", metadata: metadata)
    }
}
