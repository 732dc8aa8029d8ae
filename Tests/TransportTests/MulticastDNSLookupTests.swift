import Logging
import NIOCore
import NIOPosix
import RTC
import Synchronization
import Testing
import Wire

@testable import Transport

/// Lookups against a responder on this machine's loopback interface, at a port of its own.
@Suite("Names of multicast DNS", .serialized) struct MulticastDNSLookupTests {
    private static let name = "1f4712db-ea17-4bcf-a596-105139dfd8bf.local"

    /// Answers every query for the name, as a browser does: to all, or to who has asked.
    private final class Responder: ChannelInboundHandler, @unchecked Sendable {
        // Used on its channel's event loop alone, but for the count.
        typealias InboundIn = AddressedEnvelope<ByteBuffer>
        let queries = Atomic<Int>(0)
        private let answersToAll: Bool
        private let ignored: Int
        private let address: [UInt8]
        private let group: SocketAddress

        init(answersToAll: Bool, ignoring ignored: Int, address: [UInt8], group: SocketAddress) {
            self.answersToAll = answersToAll
            self.ignored = ignored
            self.address = address
            self.group = group
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let envelope = unwrapInboundIn(data)
            let query = Array(envelope.data.readableBytesView)
            guard query.count > 12, query[2] & 0x80 == 0 else { return }
            guard queries.add(1, ordering: .relaxed).newValue > ignored else { return }
            var answer: [UInt8] = (answersToAll ? [0, 0] : Array(query[..<2])) + [0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0]
            answer += MulticastDNSLookupTests.name.utf8.split(separator: UInt8(ascii: ".")).flatMap {
                [UInt8($0.count)] + $0
            }
            answer += [0, 0, 1, 0x80, 1, 0, 0, 0, 120, 0, 4] + address
            context.writeAndFlush(
                NIOAny(
                    AddressedEnvelope(
                        remoteAddress: answersToAll ? group : envelope.remoteAddress, data: ByteBuffer(bytes: answer))),
                promise: nil)
        }
    }

    private struct Scene {
        let responder: Responder
        let channel: any Channel
        var options: MulticastDNSOptions
    }

    private func scene(
        answersToAll: Bool, ignoring ignored: Int = 0, address: [UInt8] = [127, 0, 0, 1]
    ) async throws -> Scene {
        let port = UInt16.random(in: 20_000..<30_000)
        let group = try SocketAddress(ipAddress: "224.0.0.251", port: Int(port))
        let responder = Responder(
            answersToAll: answersToAll, ignoring: ignored, address: address, group: group)
        let channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.socketOption(.so_reuseaddr), value: 1)
            .channelOption(.socketOption(.init(rawValue: SO_REUSEPORT)), value: 1)
            .channelInitializer { channel in channel.pipeline.addHandler(responder) }
            .bind(host: "0.0.0.0", port: Int(port)).get()
        let provider = try #require(channel as? any SocketOptionProvider)
        // A struct ip_mreq, for the loopback interface.
        let membership = (UInt32(0xE000_00FB).bigEndian, UInt32(0x7F00_0001).bigEndian)
        try await provider.unsafeSetSocketOption(level: .ip, name: .ip_add_membership, value: membership).get()
        try await provider.unsafeSetSocketOption(
            level: .ip, name: .ip_multicast_if, value: UInt32(0x7F00_0001).bigEndian
        ).get()
        var options = MulticastDNSOptions()
        options.withLoopback = true
        options.port = port
        return Scene(responder: responder, channel: channel, options: options)
    }

    private func lookUp(_ name: String, _ options: MulticastDNSOptions) async throws -> [IPAddress] {
        try await MulticastDNSLookup.addresses(
            of: name, options: options, on: MultiThreadedEventLoopGroup.singleton.next(),
            logger: Logger(label: "test")
        ).get()
    }

    @Test("a name is found, whether the answer goes to all or to us alone", arguments: [true, false])
    func found(answersToAll: Bool) async throws {
        let scene = try await scene(answersToAll: answersToAll, address: [192, 0, 2, 9])
        #expect(try await lookUp(Self.name, scene.options) == [.v4(0xC000_0209)])
        try await scene.channel.close()
    }

    @Test("a lost query is repeated once")
    func repeated() async throws {
        // Through each interface comes one query.
        var scene = try await scene(answersToAll: true, ignoring: 1)
        scene.options.interval = .milliseconds(300)
        scene.options.queries = 20
        #expect(try await lookUp(Self.name, scene.options) == [.v4(0x7F00_0001)])
        #expect(scene.responder.queries.load(ordering: .relaxed) > 1)
        try await scene.channel.close()
    }

    @Test("a name that nobody has ends with nothing, and a printer is not asked for at all")
    func unknown() async throws {
        var scene = try await scene(answersToAll: true)
        scene.options.interval = .milliseconds(50)
        #expect(try await lookUp("2" + Self.name.dropFirst(), scene.options) == [])
        let before = scene.responder.queries.load(ordering: .relaxed)
        #expect(before > 0)
        #expect(try await lookUp("printer.local", scene.options) == [])
        #expect(scene.responder.queries.load(ordering: .relaxed) == before)
        try await scene.channel.close()
    }

    @Test("a connection finds the candidate behind a name")
    func connection() async throws {
        let scene = try await scene(answersToAll: true)
        let connected = Mutex<Set<Int>>([])
        func open(_ index: Int) async throws -> PeerTransport {
            let certificate = try DTLSCertificate.generate(
                commonName: "test", secondsSince1970: MonotonicClock.secondsSince1970)
            return try await PeerTransport.open(
                configuration: PeerConnectionConfiguration(
                    certificate: certificate, isPolite: index == 1, ntpAtZero: MonotonicClock.ntpAtZero),
                addresses: [.v4(0x7F00_0001)], options: TransportOptions(names: scene.options),
                on: MultiThreadedEventLoopGroup.singleton.next(), logger: Logger(label: "test"),
                onEvent: { event in
                    if case .connectionStateChanged(.connected) = event { _ = connected.withLock { $0.insert(index) } }
                })
        }
        let (first, second) = (try await open(0), try await open(1))
        let offer = try await first.perform { peer, now in
            peer.addTransceiver(.audio, direction: .sendrecv)
            return try peer.setLocalDescription(.offer, at: now)
        }
        // The far side's addresses are hidden; the answer has none, so that only a name leads to a connection.
        let hidden = offer.replacing(" 127.0.0.1 ", with: " \(Self.name) ")
        #expect(hidden != offer)
        let answer = try await second.perform { peer, now in
            try peer.setRemoteDescription(.offer, hidden, at: now)
            return try peer.setLocalDescription(.answer, at: now)
        }
        let bare = answer.split(separator: "\r\n").filter { !$0.hasPrefix("a=candidate") }.joined(separator: "\r\n")
        try await first.perform { peer, now in try peer.setRemoteDescription(.answer, bare + "\r\n", at: now) }
        for _ in 0..<3000 where connected.withLock({ $0.count < 2 }) {
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(connected.withLock { $0 } == [0, 1])
        #expect(scene.responder.queries.load(ordering: .relaxed) > 0)
        await first.close()
        await second.close()
        try await scene.channel.close()
    }
}
