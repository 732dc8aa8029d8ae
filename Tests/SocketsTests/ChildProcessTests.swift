import Programs
import Sockets
import Testing

@Suite("Child processes", .timeLimit(.minutes(1))) struct ChildProcessTests {
    @Test("a program that this one starts does not inherit its sockets")
    func inheritance() async throws {
        let pair = try await Pair()
        let child = try RunningProgram(try Program.system("sleep"), ["60"])
        defer { child.send(9) }
        // The link ends for the client although the child lives on.
        await pair.accepted.close()
        #expect(await kind { () async throws(SocketError) in try await pair.client.read() } == .closedByPeer)
        let port = try pair.server.port
        await pair.server.closeAll()
        try await until {
            let refused = await kind { () async throws(SocketError) in
                try await SocketConnection.connect(to: "127.0.0.1", port: port)
            }
            return refused == .refused
        }
        #expect(child.isRunning)
    }
}
