import NIOCore
import NIOPosix
import Sockets
import Testing

@Suite("Closing and slowness", .timeLimit(.minutes(2))) struct ClosingTests {
    @Test("the peer's close ends a waiting read, after everything sent is read; the connection exists until closed")
    func closedByPeer() async throws {
        let pair = try await Pair()
        let waiting = Task { await kind { () async throws(SocketError) in try await pair.client.read() } }
        try await pair.client.write("last words")
        #expect(try await pair.accepted.readText() == "last words")
        await pair.accepted.close()
        #expect(await waiting.value == .closedByPeer)
        #expect(pair.client.exists)
        #expect(!pair.client.isConnected)
        #expect(throws: SocketError.self) { try pair.client.clientInformation() }
        #expect(await kind { () async throws(SocketError) in try await pair.client.read() } == .closedByPeer)
        await pair.client.close()
        #expect(!pair.client.exists)
        #expect(await kind { () async throws(SocketError) in try await pair.client.read() } == .closedLocally)
        #expect(await kind { () async throws(SocketError) in try await pair.client.write("x") } == .closedLocally)
        await pair.close()
    }

    @Test("what was sent before the close is read after it")
    func lastWords() async throws {
        let pair = try await Pair()
        for number in 0..<20 { try await pair.client.write("\(number)") }
        await pair.client.close()
        var texts: [String] = []
        for try await message in pair.accepted.messages { texts.append(String(decoding: message, as: UTF8.self)) }
        #expect(texts == (0..<20).map(String.init))
        await pair.close()
    }

    @Test("the own close ends waiting reads")
    func closedLocally() async throws {
        let pair = try await Pair()
        let waiting = (0..<3).map { _ in
            Task { await kind { () async throws(SocketError) in try await pair.client.read() } }
        }
        try await Task.sleep(for: .milliseconds(10))
        await pair.client.close()
        for task in waiting { #expect(await task.value == .closedLocally) }
        await pair.close()
    }

    @Test("an unfinished message at the end is told")
    func unfinished() async throws {
        let pair = try await Pair(clientMode: .raw)
        try await pair.client.write("10\r\nabc")
        await pair.client.close()
        let error = await #expect(throws: SocketError.self) { try await pair.accepted.read() }
        #expect(error?.kind == .closedByPeer)
        #expect(error?.detail.contains("7 bytes of an unfinished message") == true)
        await pair.close()
    }

    @Test("a peer that finished writing still reads")
    func halfClosed() async throws {
        let pair = try await Pair()
        try await pair.client.write("question")
        try await pair.client.finishWriting()
        #expect(try await pair.accepted.readText() == "question")
        #expect(await kind { () async throws(SocketError) in try await pair.accepted.read() } == .closedByPeer)
        try await pair.accepted.write("answer")
        #expect(try await pair.client.readText() == "answer")
        await pair.close()
    }

    @Test("a slow reader makes the writer wait, and both go on without loss")
    func slowReader() async throws {
        let pair = try await Pair(mode: .raw)
        let block = [UInt8](repeating: 5, count: 1 << 20)
        let blocks = 48
        let written = Counter()
        let writing = Task {
            for _ in 0..<blocks {
                try await pair.client.write(block)
                written.add(1)
            }
        }
        // Nobody reads: the system's buffers on both ends fill, then the writer stands still.
        var before = -1
        try await until {
            try await Task.sleep(for: .milliseconds(200))
            defer { before = written.value }
            return written.value == before
        }
        #expect(written.value < blocks)
        var total = 0
        while total < blocks << 20 { total += try await pair.accepted.read(maximum: 1 << 20).count }
        #expect(total == blocks << 20)
        try await writing.value
        await pair.close()
    }

    @Test("a write that waits ends with the close, and when cancelled leaves whole messages only")
    func waitingWrites() async throws {
        let pair = try await Pair(mode: .sizeHeader(.bytes), options: SocketOptions(readAhead: 1024))
        let block = [UInt8](repeating: 5, count: 32 << 20)
        let first = Task { await kind { () async throws(SocketError) in try await pair.client.write(block) } }
        let second = Task { await kind { () async throws(SocketError) in try await pair.client.write(block) } }
        try await Task.sleep(for: .milliseconds(50))
        second.cancel()
        first.cancel()
        #expect(await first.value == .cancelled)
        #expect(await second.value == .cancelled)
        #expect(try await pair.accepted.read() == block)
        let third = Task { await kind { () async throws(SocketError) in try await pair.client.write(block) } }
        let fourth = Task { await kind { () async throws(SocketError) in try await pair.client.write(block) } }
        try await Task.sleep(for: .milliseconds(50))
        await pair.client.close()
        #expect(await third.value == .closedLocally)
        #expect(await fourth.value == .closedLocally)
        await pair.close()
    }

    @Test("a peer that vanished is found out by writing")
    func halfOpen() async throws {
        let pair = try await Pair()
        // Closed with bytes unread, a socket answers with a reset.
        try await pair.client.write("never read")
        #expect(pair.server.connections.count == 1)
        try await Task.sleep(for: .milliseconds(20))
        await pair.accepted.close()
        var found: SocketError.Kind?
        try await until {
            found = await kind { () async throws(SocketError) in try await pair.client.write("hello?") }
            return found != nil
        }
        #expect(found == .linkBroken)
        #expect(pair.client.exists)
        #expect(!pair.client.isConnected)
        await pair.close()
    }

    @Test("a connection that nobody holds is closed")
    func forgotten() async throws {
        let pair = try await Pair()
        do {
            let other = try await SocketConnection.connect(to: "127.0.0.1", port: try pair.server.port)
            try await other.write("bye")
        }
        let accepted = try await pair.server.accept()
        #expect(try await accepted.readText() == "bye")
        #expect(await kind { () async throws(SocketError) in try await accepted.read() } == .closedByPeer)
        await pair.close()
    }
}
