import Sockets
import Testing

@Suite("Connections", .timeLimit(.minutes(2))) struct ConnectionTests {
    @Test("messages go both ways, however many are under way")
    func bothWays() async throws {
        let pair = try await Pair()
        try await pair.client.write("Hello World")
        try await pair.client.write("")
        try await pair.client.write("日本語 😀")
        #expect(try await pair.accepted.readText() == "Hello World")
        #expect(try await pair.accepted.readText() == "")
        #expect(try await pair.accepted.readText() == "日本語 😀")
        try await pair.accepted.write("answer")
        #expect(try await pair.client.readText() == "answer")
        await pair.close()
    }

    @Test("both ends know each other's address and port")
    func addresses() async throws {
        let pair = try await Pair()
        #expect(try pair.client.clientInformation() == pair.server.local)
        #expect(pair.client.peer == pair.accepted.local)
        #expect(pair.accepted.peer == pair.client.local)
        #expect(pair.accepted.peer?.host == "127.0.0.1")
        #expect(pair.server.connections.count == 1)
        await pair.close()
    }

    @Test("a client of IPv4 on a server for all addresses has an IPv4 address")
    func mappedAddresses() async throws {
        let server = try await SocketServer.listen(port: 0, options: SocketOptions(nagle: false))
        let client = try await SocketConnection.connect(
            to: "127.0.0.1", port: try server.port, options: SocketOptions(nagle: false))
        let accepted = try await server.accept()
        #expect(accepted.peer?.host == "127.0.0.1")
        await client.close()
        await server.closeAll()
    }

    @Test("names of peers are looked up when asked for")
    func peerNames() async throws {
        let pair = try await Pair(options: SocketOptions(peerNames: true))
        #expect(pair.accepted.peerName != nil)
        #expect(try await Pair().accepted.peerName == nil)
        await pair.close()
    }

    @Test(
        "a message that comes byte by byte is read as one",
        arguments: [
            (.sizeHeader(), "12\r\nzwölf 1 2 日 "), (.endMarker(), "text\u{1A}"),
            (.bufferedEndMarker([13, 10]), "line\r\n"),
        ] as [(TransmissionMode, String)])
    func singleBytes(mode: TransmissionMode, stream: String) async throws {
        let pair = try await Pair(mode: mode, clientMode: .raw, options: SocketOptions(nagle: false))
        let reading = Task { try await pair.accepted.readText() }
        for byte in Array(stream.utf8) {
            try await pair.client.write([byte])
            await Task.yield()
        }
        let text = try await reading.value
        #expect(stream.contains(text) && text.count >= 4)
        #expect(pair.accepted.exists)
        await pair.close()
    }

    @Test("the mode may be changed on a live connection, and a waiting read follows")
    func modeChange() async throws {
        let pair = try await Pair()
        try await pair.client.write("first")
        #expect(try await pair.accepted.readText() == "first")
        let reading = Task { try await pair.accepted.read() }
        try pair.client.change(mode: .raw)
        try await pair.client.write("12")
        try await Task.sleep(for: .milliseconds(30))
        try pair.accepted.change(mode: .raw)
        #expect(try await reading.value == Array("12".utf8))
        #expect(pair.accepted.mode == .raw)
        #expect(throws: SocketError.self) { try pair.client.change(mode: .endMarker([])) }
        await pair.close()
    }

    @Test("raw reads give at most what is asked for, and gather while told to")
    func rawReads() async throws {
        let pair = try await Pair(mode: .raw)
        try await pair.client.write(Array(repeating: 1, count: 6_000))
        var total = 0
        while total < 6_000 {
            let piece = try await pair.accepted.read()
            #expect((1...4096).contains(piece.count))
            total += piece.count
        }
        let gathering = Task { try await pair.accepted.read(maximum: 4, receptionDelay: .seconds(60)) }
        for byte in 1...4 as ClosedRange<UInt8> {
            try await pair.client.write([byte])
            try await Task.sleep(for: .milliseconds(5))
        }
        #expect(try await gathering.value == [1, 2, 3, 4])
        try await pair.client.write([9])
        #expect(try await pair.accepted.read(receptionDelay: .milliseconds(20)) == [9])
        await pair.close()
    }

    @Test("a read with a time limit gives nothing, and keeps the beginning of a message for the next")
    func timeouts() async throws {
        let pair = try await Pair(clientMode: .raw)
        #expect(try await pair.accepted.read(within: .milliseconds(10)) == nil)
        try await pair.client.write("5\r\nab")
        #expect(try await pair.accepted.read(within: .milliseconds(10)) == nil)
        try await pair.client.write("cde")
        #expect(try await pair.accepted.readText() == "abcde")
        await pair.close()
    }

    @Test("a cancelled read says so and loses nothing")
    func cancelledReads() async throws {
        let pair = try await Pair()
        for round in 0..<50 {
            let reading = Task { await kind { () async throws(SocketError) in try await pair.accepted.read() } }
            if round.isMultiple(of: 2) { try await Task.sleep(for: .milliseconds(1)) }
            reading.cancel()
            #expect(await reading.value == .cancelled)
        }
        try await pair.client.write("still here")
        #expect(try await pair.accepted.readText() == "still here")
        await pair.close()
    }

    @Test("reads that are cancelled just when messages come lose none, and none comes twice")
    func racingCancellation() async throws {
        let pair = try await Pair()
        let writing = Task {
            for number in 0..<300 { try await pair.client.write("\(number)") }
        }
        var received: [String] = []
        while received.count < 300 {
            let reading = Task { try? await pair.accepted.readText() }
            if received.count.isMultiple(of: 2) { await Task.yield() }
            if received.count % 3 != 0 { reading.cancel() }
            if let text = await reading.value { received.append(text) }
            if received.count % 3 != 0, let text = try await pair.accepted.read(within: .milliseconds(1)) {
                received.append(String(decoding: text, as: UTF8.self))
            }
        }
        #expect(received == (0..<300).map(String.init))
        try await writing.value
        await pair.close()
    }

    @Test("several readers and writers at once: every message whole, once")
    func manyTasks() async throws {
        let pair = try await Pair()
        let received = try await withThrowingTaskGroup(of: [String].self) { group in
            for writer in 0..<8 {
                group.addTask {
                    for number in 0..<50 { try await pair.client.write("\(writer):\(number)") }
                    return []
                }
                group.addTask {
                    var texts: [String] = []
                    for _ in 0..<50 { texts.append(try await pair.accepted.readText()) }
                    return texts
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(Set(received) == Set((0..<8).flatMap { writer in (0..<50).map { "\(writer):\($0)" } }))
        #expect(received.count == 400)
        await pair.close()
    }

    @Test("a header that is none closes the connection with the peer's address in the error")
    func badHeader() async throws {
        let pair = try await Pair(clientMode: .raw)
        try await pair.client.write("GET / HTTP/1.1\r\n")
        let error = await #expect(throws: SocketError.self) { try await pair.accepted.read() }
        #expect(error?.kind == .badFraming)
        #expect(error?.peer == pair.client.local)
        #expect(pair.accepted.exists)
        #expect(!pair.accepted.isConnected)
        let end = await kind { () async throws(SocketError) in try await pair.client.read() }
        #expect(end == .closedByPeer || end == .linkBroken)
        await pair.close()
    }

    @Test("a message over the limit is refused on both sides")
    func tooLong() async throws {
        let pair = try await Pair(options: SocketOptions(messageLimit: 100))
        let long = String(repeating: "a", count: 101)
        #expect(await kind { () async throws(SocketError) in try await pair.client.write(long) } == .tooLong)
        try pair.client.change(mode: .raw)
        try await pair.client.write("101\r\n")
        #expect(await kind { () async throws(SocketError) in try await pair.accepted.read() } == .tooLong)
        await pair.close()
    }
}
