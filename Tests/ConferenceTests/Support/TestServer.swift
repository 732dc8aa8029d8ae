import Foundation
import Logging
import Rendezvous
import Sockets

/// A rendezvous server on the loopback, which can go away and come back at the same port.
final class TestServer {
    private(set) var port = 0
    private var server: RendezvousServer?
    private let folder: URL
    private let security: SocketSecurity.Server?

    static func start(_ security: SocketSecurity.Server? = nil) async throws -> TestServer {
        let server = try TestServer(security)
        try await server.run()
        return server
    }

    private init(_ security: SocketSecurity.Server?) throws {
        self.security = security
        folder = FileManager.default.temporaryDirectory.appending(path: "server-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func run() async throws {
        let server = try RendezvousServer(
            RendezvousServer.Configuration(
                address: SocketEndpoint(host: "127.0.0.1", port: port), security: security, services: [.signal],
                chatPort: nil, tokenFile: folder.appending(path: "token").path),
            logger: Logger(label: "server") { _ in SwiftLogNoOpLogHandler() })
        try await server.start()
        port = server.port ?? 0
        self.server = server
    }

    func stop() async {
        await server?.stop(within: .zero)
        server = nil
    }

    var url: String { "\(security == nil ? "ws" : "wss")://127.0.0.1:\(port)" }

    /// Somebody at the server who says what a test wants.
    func join(as name: String, _ more: String = "") async throws -> TestGuest {
        let socket = try await WebSocketClient.connect(
            to: WebSocketURL("\(url)/"), WebSocketClient.Configuration(subprotocols: ["json"]))
        let person = TestGuest(socket: socket)
        _ = try await person.next("id")
        try await person.send(#"{"type":"username","name":"\#(name)"\#(more)}"#)
        _ = try await person.next("userlist")
        return person
    }
}

/// Speaks the signalling protocol as a page does, by hand.
struct TestGuest {
    struct Gone: Error {}

    let socket: WebSocketClient

    func send(_ text: String) async throws { try await socket.send(.text(text)) }

    /// The next message of a type; others are passed over.
    @discardableResult func next(_ type: String) async throws -> [String: any Sendable] {
        while true {
            let fields = try await next()
            if fields["type"] as? String == type { return fields }
        }
    }

    func next() async throws -> [String: any Sendable] {
        guard case .text(let text)? = try await socket.receive() else { throw Gone() }
        return try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: any Sendable] ?? [:]
    }

    func close() async { await socket.close() }
}
