import Foundation
import Logging
import Sockets

@testable import Rendezvous

/// A rendezvous server of a test, on free ports of the loopback.
struct RunningServer {
    let server: RendezvousServer
    let token: String
    private let folder: URL

    static func start() async throws -> RunningServer {
        let folder = FileManager.default.temporaryDirectory.appending(path: "rendezvous-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appending(path: "token").path
        let server = try RendezvousServer(
            RendezvousServer.Configuration(
                address: SocketEndpoint(host: "127.0.0.1", port: 0), chatPort: 0, tokenFile: file),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await server.start()
        let token = try String(contentsOfFile: file, encoding: .utf8).trimmingCharacters(in: .newlines)
        return RunningServer(server: server, token: token, folder: folder)
    }

    func stop() async {
        await server.stop()
        try? FileManager.default.removeItem(at: folder)
    }

    var port: Int { server.port ?? 0 }

    func join(_ target: String, as name: String? = nil) async throws -> SignalClient {
        let client = SignalClient(
            socket: try await WebSocketClient.connect(
                to: WebSocketURL("ws://127.0.0.1:\(port)\(target)"),
                WebSocketClient.Configuration(subprotocols: ["json"])))
        if let name {
            try await client.send(#"{"type":"username","name":"\#(name)"}"#)
            _ = try await client.next("userlist")
        }
        return client
    }

    /// A plain request, and the whole answer.
    func ask(_ request: String, _ headers: [String] = [], body: String = "") async throws -> String {
        let connection = try await SocketConnection.connect(to: "127.0.0.1", port: port, mode: .raw)
        let fields = ["Host: 127.0.0.1:\(port)", "Content-Length: \(body.utf8.count)"] + headers
        try await connection.write(
            "\(request) HTTP/1.1\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n" + body)
        var answer: [UInt8] = []
        while let part = try? await connection.read(maximum: 65_536) { answer += part }
        return String(decoding: answer, as: UTF8.self)
    }
}

/// A signalling client that reads JSON.
struct SignalClient {
    let socket: WebSocketClient

    func send(_ text: String) async throws { try await socket.send(.text(text)) }

    func next() async throws -> JSONValue? {
        guard case .text(let text)? = try await socket.receive() else { return nil }
        return try JSONReader.read(text)
    }

    /// The next message of a type; others are passed over.
    func next(_ type: String) async throws -> JSONValue? {
        while let message = try await next() {
            if message["type"] == .string(type) { return message }
        }
        return nil
    }

    func close() async { await socket.close() }
}
