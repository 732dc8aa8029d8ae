import Sockets
import Testing

@testable import Rendezvous

@Suite("Chat") struct ChatTests {
    @Test("one room for WebSocket and plain TCP: names, messages to all, leaving")
    func conversation() async throws {
        let server = try await RunningServer.start()
        let web = try await WebSocketClient.connect(to: WebSocketURL("ws://127.0.0.1:\(server.port)/chat"))
        try await web.send(.text("Ann"))
        #expect(try await web.receive() == .text("* Ann has come."))
        let plain = try await SocketConnection.connect(to: "127.0.0.1", port: server.server.chatPort ?? 0)
        try await plain.write("Ann")
        #expect(try await plain.readText() == "* Ann1 has come.")
        #expect(try await web.receive() == .text("* Ann1 has come."))
        try await plain.write("Grüße\n")
        for _ in 0..<1 {
            #expect(try await plain.readText() == "Ann1: Grüße")
            #expect(try await web.receive() == .text("Ann1: Grüße"))
        }
        try await web.send(.text("/nick Bea"))
        #expect(try await plain.readText() == "* Ann is now Bea.")
        #expect(try await web.receive() == .text("* Ann is now Bea."))
        try await web.send(.text("/who"))
        #expect(try await web.receive() == .text("* Here: Bea, Ann1"))
        try await plain.write("/quit")
        #expect(try await web.receive() == .text("* Ann1 has left."))
        await #expect(throws: SocketError.self) { try await plain.readText() }
        try await web.send(.text("/quit"))
        #expect(try await web.receive() == nil)
        await server.stop()
    }
}
