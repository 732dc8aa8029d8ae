import Sockets
import Testing

@Suite("Servers", .timeLimit(.minutes(2))) struct ServerTests {
    @Test("waiting for a connection ends with the time, a client, the close or the task")
    func waiting() async throws {
        let server = try await SocketServer.listen(port: 0, address: "127.0.0.1")
        #expect(try await server.waitForConnection(within: .milliseconds(10)) == false)
        let waiting = Task { try await server.waitForConnection(within: .seconds(60)) }
        let client = try await SocketConnection.connect(to: "127.0.0.1", port: try server.port)
        #expect(try await waiting.value)
        #expect(try await server.waitForConnection(within: .zero))
        let accepted = try await server.accept()
        #expect(accepted.peer == client.local)

        let cancelled = Task { await kind { () async throws(SocketError) in try await server.accept() } }
        cancelled.cancel()
        #expect(await cancelled.value == .cancelled)
        let closed = Task { await kind { () async throws(SocketError) in try await server.waitForConnection() } }
        await Task.yield()
        await server.close()
        #expect(await closed.value == .closedLocally)
        try await client.write("connections outlive their server")
        #expect(try await accepted.readText() == "connections outlive their server")
        await server.closeAll()
        #expect(await kind { () async throws(SocketError) in try await accepted.read() } == .closedLocally)
    }

    @Test("a denied client is turned away, the next one is served")
    func deny() async throws {
        let server = try await SocketServer.listen(port: 0, address: "127.0.0.1")
        let first = try await SocketConnection.connect(to: "127.0.0.1", port: try server.port)
        #expect(try await server.deny() == first.local)
        let end = await kind { () async throws(SocketError) in try await first.read() }
        #expect(end == .linkBroken || end == .closedByPeer)
        let second = try await SocketConnection.connect(to: "127.0.0.1", port: try server.port)
        #expect(try await server.accept().peer == second.local)
        await server.closeAll()
    }

    @Test("a simplified server reads without accepting")
    func simplified() async throws {
        let server = try await SocketServer.listen(port: 0, address: "127.0.0.1")
        #expect(await kind { () async throws(SocketError) in try await server.write([1]) } == .invalidArgument)
        #expect(try await server.read(within: .milliseconds(5)) == nil)
        let client = try await SocketConnection.connect(to: "127.0.0.1", port: try server.port)
        #expect(try await server.read(within: .milliseconds(5)) == nil)
        try await client.write("question")
        #expect(try await server.read() == Array("question".utf8))
        try await server.write(Array("answer".utf8))
        #expect(try await client.readText() == "answer")
        await server.closeAll()
        #expect(await kind { () async throws(SocketError) in try await client.read() } == .closedByPeer)
    }

    @Test("a port that is taken, an address of elsewhere and a port that does not exist are told apart")
    func badAddresses() async throws {
        let server = try await SocketServer.listen(port: 0, address: "127.0.0.1")
        let port = try server.port
        let taken = await #expect(throws: SocketError.self) {
            try await SocketServer.listen(port: port, address: "127.0.0.1")
        }
        #expect(taken?.kind == .addressInUse)
        #expect(taken?.peer == SocketEndpoint(host: "127.0.0.1", port: port))
        let elsewhere = await kind { () async throws(SocketError) in
            try await SocketServer.listen(port: 0, address: "192.0.2.1")
        }
        #expect(elsewhere == .addressUnavailable)
        let none = await kind { () async throws(SocketError) in try await SocketServer.listen(port: 65_536) }
        #expect(none == .addressUnavailable)
        await server.closeAll()
        // A process being started by another test may hold the port for a moment more, until it becomes its program.
        try await until {
            let again = await kind { () async throws(SocketError) in
                try await SocketServer.listen(port: port, address: "127.0.0.1").close()
            }
            return again == nil
        }
    }

    @Test("connecting where nobody listens, to a name that is none, or to no port fails with its cause")
    func badTargets() async throws {
        // A port below those that the system gives away: one just closed could be another test's already.
        let refused = await #expect(throws: SocketError.self) {
            try await SocketConnection.connect(to: "127.0.0.1", port: 1)
        }
        #expect(refused?.kind == .refused)
        #expect(refused?.peer == SocketEndpoint(host: "127.0.0.1", port: 1))
        let unknown = await kind { () async throws(SocketError) in
            try await SocketConnection.connect(to: "no-such-host.invalid", port: 80)
        }
        #expect(unknown == .unknownHost)
        let none = await kind { () async throws(SocketError) in try await SocketConnection.connect(port: 0) }
        #expect(none == .invalidArgument)
    }

    @Test("connecting may be cancelled")
    func cancelledConnect() async throws {
        // A listener that nobody accepts from, asked for a proxy's answer that never comes.
        let silent = try await SocketServer.listen(port: 0, address: "127.0.0.1")
        let proxy = SocketProxy(host: "127.0.0.1", port: try silent.port)
        let connecting = Task {
            await kind { () async throws(SocketError) in
                try await SocketConnection.connect(to: "example.org", port: 80, proxy: proxy)
            }
        }
        try await silent.waitForConnection()
        connecting.cancel()
        #expect(await connecting.value == .cancelled)
        let late = await kind { () async throws(SocketError) in
            try await SocketConnection.connect(
                to: "example.org", port: 80, options: SocketOptions(handshakeLimit: .milliseconds(20)), proxy: proxy,
                within: .milliseconds(50))
        }
        #expect(late == .timedOut)
        await silent.closeAll()
    }

    @Test("a flood of clients that nobody accepts waits with the system, and is accepted after all")
    func flood() async throws {
        let server = try await SocketServer.listen(
            port: 0, address: "127.0.0.1", options: SocketOptions(backlog: 8))
        let port = try server.port
        // The program's eight and the system's nine; further ones would have to ask again.
        var clients: [SocketConnection] = []
        for _ in 0..<16 { clients.append(try await SocketConnection.connect(to: "127.0.0.1", port: port)) }
        for (index, client) in clients.enumerated() { try await client.write("\(index)") }
        var heard: Set<String> = []
        for _ in 0..<16 { heard.insert(try await server.accept().readText()) }
        #expect(heard == Set((0..<16).map(String.init)))
        for client in clients { await client.close() }
        await server.closeAll()
    }

    @Test("many clients at once, each with its own conversation")
    func manyClients() async throws {
        let server = try await SocketServer.listen(
            port: 0, address: "127.0.0.1", options: SocketOptions(backlog: 4))
        let port = try server.port
        let serving = Task {
            await withTaskGroup { group in
                while let connection = try? await server.accept() {
                    group.addTask {
                        while let text = try? await connection.readText() { try? await connection.write("<\(text)>") }
                    }
                }
            }
        }
        try await withThrowingTaskGroup { group in
            for number in 0..<40 {
                group.addTask {
                    let client = try await SocketConnection.connect(to: "127.0.0.1", port: port)
                    for round in 0..<5 {
                        try await client.write("\(number).\(round)")
                        #expect(try await client.readText() == "<\(number).\(round)>")
                    }
                    await client.close()
                }
            }
            try await group.waitForAll()
        }
        await server.closeAll()
        await serving.value
    }
}
