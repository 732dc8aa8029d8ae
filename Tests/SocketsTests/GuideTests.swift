import Sockets
import Testing

/// The examples of the article, with ports of this computer.
@Suite("Guide", .timeLimit(.minutes(1))) struct GuideTests {
    @Test("client and simplified server")
    func simplified() async throws {
        let server = try await SocketServer.listen(port: 0)
        let port = try server.port
        let serving = Task {
            let question = try await server.read()
            try await server.write(question)
        }
        let connection = try await SocketConnection.connect(to: "localhost", port: port)
        try await connection.write("Hello World")
        #expect(try await connection.read(within: .seconds(30)) == Array("Hello World".utf8))
        try await serving.value
        await connection.close()
        await server.closeAll()
    }

    @Test("standard server")
    func standard() async throws {
        let server = try await SocketServer.listen(port: 0)
        let port = try server.port
        let serving = Task {
            await withDiscardingTaskGroup { group in
                while let connection = try? await server.accept() {
                    group.addTask {
                        do {
                            for try await message in connection.messages { try await connection.write(message) }
                        } catch {
                            print(error)
                        }
                        await connection.close()
                    }
                }
            }
        }
        for text in ["one", "two"] {
            let connection = try await SocketConnection.connect(port: port)
            try await connection.write(text)
            #expect(try await connection.readText() == text)
            await connection.close()
        }
        await server.closeAll()
        await serving.value
    }
}
