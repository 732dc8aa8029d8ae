import Sockets
import Testing

@Suite("Datagrams", .timeLimit(.minutes(1))) struct DatagramTests {
    @Test("datagrams come with their sender, who can be answered")
    func echo() async throws {
        let server = try await DatagramSocket.create(address: "127.0.0.1")
        let client = try await DatagramSocket.create()
        let port = try #require(server.local?.port)
        #expect(throws: SocketError.self) { try server.clientInformation() }
        try await client.write(Array("hello".utf8), to: "localhost", port: port)
        try await client.write([], to: "127.0.0.1", port: port)
        let datagram = try await server.read()
        #expect(datagram.bytes == Array("hello".utf8))
        #expect(datagram.sender == SocketEndpoint(host: "127.0.0.1", port: try #require(client.local?.port)))
        #expect(try server.clientInformation() == datagram.sender)
        #expect(try await server.read().bytes == [])
        try await server.write([1, 2], to: datagram.sender)
        let answer = try await client.read()
        #expect(answer.bytes == [1, 2])
        #expect(answer.sender == server.local)
        await client.close()
        await server.close()
    }

    @Test("the longest datagram goes whole, a longer one is refused")
    func longest() async throws {
        let socket = try await DatagramSocket.create(address: "127.0.0.1")
        let local = try #require(socket.local)
        let long = [UInt8](repeating: 3, count: 65_507)
        try await socket.write(long, to: local)
        #expect(try await socket.read().bytes == long)
        let longer = await kind { () async throws(SocketError) in try await socket.write(long + [1], to: local) }
        #expect(longer == .tooLong)
        try await socket.write([1], to: local)
        #expect(try await socket.read().bytes == [1])
        await socket.close()
    }

    @Test("reads end with the time, the close or the task")
    func ends() async throws {
        let socket = try await DatagramSocket.create(address: "127.0.0.1")
        #expect(try await socket.read(within: .milliseconds(10)) == nil)
        let cancelled = Task { await kind { () async throws(SocketError) in try await socket.read() } }
        cancelled.cancel()
        #expect(await cancelled.value == .cancelled)
        let closed = Task { await kind { () async throws(SocketError) in try await socket.read() } }
        await Task.yield()
        await socket.close()
        #expect(await closed.value == .closedLocally)
        #expect(!socket.exists)
        let late = await kind { () async throws(SocketError) in try await socket.write([1], to: "::1", port: 9) }
        #expect(late == .closedLocally)
    }

    @Test("a port that is taken is told, and free again after the close")
    func ports() async throws {
        let socket = try await DatagramSocket.create(address: "127.0.0.1")
        let port = try #require(socket.local?.port)
        let taken = await kind { () async throws(SocketError) in
            try await DatagramSocket.create(port: port, address: "127.0.0.1")
        }
        #expect(taken == .addressInUse)
        await socket.close()
        // A process being started by another test may hold the port for a moment more, until it becomes its program.
        try await until {
            let again = await kind { () async throws(SocketError) in
                try await DatagramSocket.create(port: port, address: "127.0.0.1").close()
            }
            return again == nil
        }
    }

    @Test("targets that are none are told")
    func badTargets() async throws {
        let socket = try await DatagramSocket.create(address: "127.0.0.1")
        let unknown = await kind { () async throws(SocketError) in
            try await socket.write([1], to: "no-such-host.invalid", port: 9)
        }
        #expect(unknown == .unknownHost)
        let family = await kind { () async throws(SocketError) in try await socket.write([1], to: "::1", port: 9) }
        #expect(family == .unreachable)
        let port = await kind { () async throws(SocketError) in try await socket.write([1], to: "::1", port: 0) }
        #expect(port == .invalidArgument)
        await socket.close()
    }

    @Test("a flood that nobody reads does not fill the memory, and the socket still works after it")
    func flood() async throws {
        let reader = try await DatagramSocket.create(address: "127.0.0.1", options: SocketOptions(readAhead: 4096))
        let writer = try await DatagramSocket.create(address: "127.0.0.1")
        let target = try #require(reader.local)
        for _ in 0..<2_000 { try await writer.write([UInt8](repeating: 1, count: 1_000), to: target) }
        var count = 0
        while try await reader.read(within: .milliseconds(100)) != nil { count += 1 }
        #expect((1...2_000).contains(count))
        try await writer.write([7], to: target)
        #expect(try await reader.read().bytes == [7])
        await reader.close()
        await writer.close()
    }
}
