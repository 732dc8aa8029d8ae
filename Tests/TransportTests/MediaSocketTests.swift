import NIOCore
import NIOPosix
import Synchronization
import Testing
import Wire

@testable import Transport

@Suite("Media socket")
struct MediaSocketTests {
    private final class Inbox: ChannelInboundHandler, Sendable {
        typealias InboundIn = AddressedEnvelope<ByteBuffer>
        let received = Mutex<[String]>([])

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let text = String(buffer: unwrapInboundIn(data).data)
            received.withLock { $0.append(text) }
        }
    }

    private static let eventLoop = MultiThreadedEventLoopGroup.singleton.next()

    private func open(_ address: String, _ inbox: Inbox) async throws -> NIOLoopBound<MediaSocket> {
        let local = try SocketAddress(ipAddress: address, port: 0)
        return try await Self.eventLoop.flatSubmit {
            let bootstrap = DatagramBootstrap(group: Self.eventLoop)
            return MediaSocket.open(
                on: local, bootstrap.channelInitializer { $0.pipeline.addHandler(inbox) }, eventLoop: Self.eventLoop)
        }.get()
    }

    private func send(_ text: String, _ socket: NIOLoopBound<MediaSocket>, to remote: SocketAddress) async throws {
        try await Self.eventLoop.submit { socket.value.send(Array(text.utf8)[...], to: remote) }.get()
    }

    private func close(_ socket: NIOLoopBound<MediaSocket>) async throws {
        try await Self.eventLoop.flatSubmit { socket.value.channel.close() }.get()
    }

    @Test("a datagram that the system refuses is lost, and the socket goes on", arguments: ["127.0.0.1", "::1"])
    func refused(address: String) async throws {
        let (one, other) = (Inbox(), Inbox())
        guard let here = try? await open(address, one) else { return }
        let there = try await open(address, other)
        let (from, to) = try await Self.eventLoop.submit { (here.value.address, there.value.address) }.get()
        let target = try #require(to.socketAddress)
        // Permission denied, nobody there, no such address, too large.
        let hopeless = address == "::1" ? ["ff0e::1", "2001:db8::1"] : ["255.255.255.255", "240.0.0.1"]
        for host in hopeless {
            try await send("lost", here, to: try SocketAddress(ipAddress: host, port: 9))
        }
        try await send(String(repeating: "x", count: 70_000), here, to: target)
        try await send("kept", here, to: target)
        try await send("answer", there, to: try #require(from.socketAddress))
        for _ in 0..<600 where other.received.withLock({ $0.isEmpty }) || one.received.withLock({ $0.isEmpty }) {
            try await Task.sleep(for: .milliseconds(50))
        }
        #expect(other.received.withLock { $0 } == ["kept"])
        #expect(one.received.withLock { $0 } == ["answer"])
        try await close(here)
        try await close(there)
    }

    /// What a receiver hands on, and how often it lets the answer begin.
    private final class Taken: Sendable {
        let datagrams = Mutex<[[UInt8]]>([])
        let batches = Mutex(0)
    }

    @Test(
        "a batch leaves at once and arrives as the datagrams that it was made of; the answer to a long one begins early",
        arguments: ["127.0.0.1", "::1"], [false, true])
    func batch(address: String, sendsSingly: Bool) async throws {
        guard let here = try? await open(address, Inbox()) else { return }
        let taken = Taken()
        let local = try SocketAddress(ipAddress: address, port: 0)
        let there = try await Self.eventLoop.flatSubmit {
            let bootstrap = DatagramReceiver.configure(DatagramBootstrap(group: Self.eventLoop))
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(
                            DatagramReceiver(
                                receive: { bytes, _ in taken.datagrams.withLock { $0.append(bytes) } },
                                batchEnded: { taken.batches.withLock { $0 += 1 } }))
                    }
                }
            return MediaSocket.open(on: local, bootstrap, eventLoop: Self.eventLoop)
        }.get()
        let (from, to) = try await Self.eventLoop.submit { (here.value.address, there.value.address) }.get()
        let target = try #require(to.socketAddress)
        let sent = (0..<50).map { [UInt8](repeating: UInt8($0), count: $0 == 49 ? 300 : 1190) }
        var batch = DatagramBatch(sent[0], from: from, to: to)
        let isTaken = sent.dropFirst().allSatisfy { batch.append($0, from: from, to: to) }
        let isOver = !batch.append(sent[0], from: from, to: to)
        #expect(isTaken && isOver, "nothing comes after a shorter one")
        let whole = batch
        try await Self.eventLoop.submit {
            here.value.sendsSingly = sendsSingly
            here.value.send(whole, to: target)
        }.get()
        for _ in 0..<600 where taken.datagrams.withLock({ $0.count }) < sent.count {
            try await Task.sleep(for: .milliseconds(50))
        }
        #expect(taken.datagrams.withLock { $0 } == sent)
        #expect(taken.batches.withLock { $0 } > 1)
        #expect(try await Self.eventLoop.submit { here.value.sendsSingly }.get() == sendsSingly)
        try await close(here)
        try await close(there)
    }

    @Test("batches are for this computer and its networks: beyond a router datagrams leave one by one")
    func beyondRouters() async throws {
        let here = try await open("127.0.0.1", Inbox())
        let own = try NetworkInterfaces.addresses(withLoopback: true)
        let (near, far) = try await Self.eventLoop.submit {
            (own.map { here.value.isNear($0) }, here.value.isNear(.v4(0xCB00_7107)))
        }.get()
        #expect(near.allSatisfy { $0 } && !near.isEmpty && !far)
        try await close(here)
    }

    @Test("a batch takes what goes the same way in the same size, and no more than the kernel cuts apart")
    func limits() {
        let (here, there) = (TransportAddress(.v4(1), port: 1), TransportAddress(.v4(2), port: 2))
        var batch = DatagramBatch([1, 2], from: here, to: there)
        let refused = [
            batch.append([1, 2, 3], from: here, to: there), batch.append([], from: here, to: there),
            batch.append([1, 2], from: there, to: there), batch.append([1, 2], from: here, to: here),
        ]
        #expect(refused == [false, false, false, false])
        while batch.append([3, 4], from: here, to: there) {}
        #expect(batch.count == 64 && batch.bytes.count == 128)
        let large = [UInt8](repeating: 0, count: 30_000)
        var two = DatagramBatch(large, from: here, to: there)
        let taken = [two.append(large, from: here, to: there), two.append(large, from: here, to: there)]
        #expect(taken == [true, false])
    }

    @Test("a port that is taken is refused, and is free again after closing")
    func taken() async throws {
        let first = try await open("127.0.0.1", Inbox())
        let address = try await Self.eventLoop.submit { first.value.address }.get()
        let local = try #require(address.socketAddress)
        let again = {
            try await Self.eventLoop.flatSubmit {
                MediaSocket.open(on: local, DatagramBootstrap(group: Self.eventLoop), eventLoop: Self.eventLoop)
            }.get()
        }
        await #expect(throws: SystemCallError.self) { _ = try await again() }
        try await close(first)
        withExtendedLifetime(first) {}
    }
}
