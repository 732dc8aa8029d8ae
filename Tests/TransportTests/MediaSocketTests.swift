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
        try await Self.eventLoop.submit { socket.value.send(Array(text.utf8), to: remote) }.get()
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
