import NIOCore
import NIOPosix
import NIOSSL
import NIOWebSocket
import RTC
import Testing

@testable import Conference

/// The port of an instance against what is not a call.
@MainActor @Suite("Direct signalling", .serialized) struct SignalingTests {
    private nonisolated static let sdp = "v=0\r\noffer\r\n"

    // MARK: What is not Causerie

    @Test(
        "garbage on the port is a closed connection and a line in the log; a running call is not harmed",
        arguments: [
            "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "\u{0}\u{1}\u{2}", "SSH-2.0-OpenSSH_9.2\r\n",
            String(repeating: "A", count: 100_000),
        ])
    func garbage(text: String) async throws {
        let ann = try await Instance.start("Ann")
        let bob = try await Instance.start("Bob") { $0.timing.handshake = .seconds(2) }
        try await ann.call(bob)
        let channel = try await ClientBootstrap(group: ann.conference.eventLoop)
            .connect(host: "127.0.0.1", port: #require(bob.conference.listeningPort)).get()
        // The other side may close in the middle of it.
        try? await channel.writeAndFlush(channel.allocator.buffer(string: text)).get()
        try? await channel.closeFuture.get()
        try await until("it is logged") { bob.log.contains("not a call") }
        #expect(ann.stream.state == .connected && bob.stream.state == .connected)
        await ann.stop()
        await bob.stop()
    }

    @Test("who connects and says nothing is let go, at each step of the handshake")
    func silence() async throws {
        let ann = try await Instance.start("Ann")
        let bob = try await Instance.start("Bob") { $0.timing.handshake = .seconds(2) }
        let port = try #require(bob.conference.listeningPort)
        let mute = try await ClientBootstrap(group: ann.conference.eventLoop).connect(host: "127.0.0.1", port: port)
            .get()
        try await mute.closeFuture.get()
        let connection = try await ann.dial(bob)
        // Something was said, but nothing of a call.
        write([Self.text(#"{"type":"userlist"}"#)], to: connection)
        await connection.waitUntilClosed()
        #expect(bob.stream.state == .idle)
        await ann.stop()
        await bob.stop()
    }

    @Test(
        "what answers without being Causerie is told from what takes the connection and says nothing",
        arguments: [("HTTP/1.1 200 OK\r\n\r\n", EndReason.notCauserie), ("", .noAnswer)])
    func notCauserie(text: String, reason: EndReason) async throws {
        // Time enough for an answer to come before it is over.
        let ann = try await Instance.start("Ann") {
            $0.timing.handshake = text.isEmpty ? .milliseconds(500) : .seconds(60)
        }
        let server = try await ServerBootstrap(group: ann.conference.eventLoop)
            .childChannelInitializer { channel in
                if !text.isEmpty { channel.writeAndFlush(channel.allocator.buffer(string: text), promise: nil) }
                return channel.eventLoop.makeSucceededVoidFuture()
            }
            .bind(host: "127.0.0.1", port: 0).get()
        ann.stream.connect(to: "127.0.0.1:\(server.localAddress?.port ?? 0)")
        try await ann.wait(.ended(reason))
        try await server.close().get()
        await ann.stop()
    }

    @Test("TLS 1.2, and a caller without a certificate, are refused")
    func weakTLS() async throws {
        let bob = try await Instance.start("Bob")
        let identity = try #require(bob.conference.identity)
        var old = TLSConfiguration.makeClientConfiguration()
        old.certificateVerification = .none
        old.certificateChain = [.certificate(identity.certificate)]
        old.privateKey = .privateKey(identity.privateKey)
        old.maximumTLSVersion = .tlsv12
        var anonymous = TLSConfiguration.makeClientConfiguration()
        anonymous.certificateVerification = .none
        for configuration in [old, anonymous] {
            let context = try NIOSSLContext(configuration: configuration)
            let channel = try await ClientBootstrap(group: bob.conference.eventLoop)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLClientHandler(context: context, serverHostname: nil))
                    }
                }
                .connect(host: "127.0.0.1", port: #require(bob.conference.listeningPort)).get()
            let head = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
            try? await channel.writeAndFlush(channel.allocator.buffer(string: head)).get()
            try? await channel.closeFuture.get()
        }
        try await until("both are logged") { bob.log.count(of: "not a call") >= 2 }
        await bob.stop()
    }

    // MARK: Who breaks the protocol

    /// Writes frames that no call would send.
    private func write(_ frames: [WebSocketFrame], to connection: SignalingConnection) {
        for frame in frames { connection.channel.write(frame, promise: nil) }
        connection.channel.flush()
    }

    private nonisolated static func text(_ text: String) -> WebSocketFrame {
        WebSocketFrame(fin: true, opcode: .text, maskKey: .random(), data: ByteBuffer(string: text))
    }

    nonisolated enum Attack: CaseIterable {
        case oversized, fragmentedOversized, flood, pingFlood, binary, notJSON, hostileName, unmasked
    }

    private nonisolated static func frames(_ attack: Attack) -> [WebSocketFrame] {
        let large = ByteBuffer(repeating: 0x20, count: SignalingMessage.frameLimit + 1)
        let half = ByteBuffer(repeating: 0x20, count: SignalingMessage.frameLimit / 2 + 1)
        switch attack {
        case .oversized: return [WebSocketFrame(fin: true, opcode: .text, maskKey: .random(), data: large)]
        case .fragmentedOversized:
            return [
                WebSocketFrame(fin: false, opcode: .text, maskKey: .random(), data: half),
                WebSocketFrame(fin: true, opcode: .continuation, maskKey: .random(), data: half),
            ]
        case .flood: return Array(repeating: text(#"{"type":"ringing"}"#), count: 51)
        case .pingFlood:
            return Array(
                repeating: WebSocketFrame(fin: true, opcode: .ping, maskKey: .random(), data: ByteBuffer()), count: 51)
        case .binary:
            return [WebSocketFrame(fin: true, opcode: .binary, maskKey: .random(), data: ByteBuffer(string: "x"))]
        case .notJSON: return [text("hello")]
        case .hostileName: return [text(#"{"type":"ringing","name":"a\u0007"}"#)]
        case .unmasked:
            return [WebSocketFrame(fin: true, opcode: .text, data: ByteBuffer(string: #"{"type":"ringing"}"#))]
        }
    }

    @Test("who breaks the protocol is cut off; a running call of others is not harmed", arguments: Attack.allCases)
    func violations(attack: Attack) async throws {
        let (ann, bob) = (try await Instance.start("Ann"), try await Instance.start("Bob"))
        let eve = try await Instance.start("Eve")
        try await ann.call(bob)
        let connection = try await eve.dial(bob)
        write(Self.frames(attack), to: connection)
        await connection.waitUntilClosed()
        #expect(ann.stream.state == .connected && bob.stream.state == .connected)
        for instance in [ann, bob, eve] { await instance.stop() }
    }

    @Test("somebody who rings and then breaks the protocol ends their call, with its reason and a line in the log")
    func violationWhileRinging() async throws {
        let (bob, eve) = (try await Instance.start("Bob"), try await Instance.start("Eve"))
        let connection = try await eve.dial(bob)
        try connection.send(.videoOffer(name: "Eve", sdp: Self.sdp))
        try await bob.wait(.incoming)
        write([Self.text("{")], to: connection)
        try await bob.wait(.ended(.protocolError))
        try await until("it is logged") { bob.log.contains("broke the protocol") }
        await bob.stop()
        await eve.stop()
    }

    @Test("messages that make no sense in a call do nothing")
    func unexpectedMessages() async throws {
        let (bob, eve) = (try await Instance.start("Bob"), try await Instance.start("Eve"))
        let connection = try await eve.dial(bob)
        let candidate = TrickledCandidate(candidate: "candidate:x", mid: nil, mLineIndex: nil, usernameFragment: nil)
        try connection.send(.videoAnswer(name: "", sdp: Self.sdp))
        try connection.send(.newICECandidate(candidate))
        try connection.send(.videoOffer(name: "Eve", sdp: Self.sdp))
        try await bob.wait(.incoming)
        for message in [
            SignalingMessage.videoAnswer(name: "Mallory", sdp: Self.sdp), .ringing(name: "Mallory"), .reject(.busy),
            .videoOffer(name: "Mallory", sdp: Self.sdp), .newICECandidate(candidate),
        ] {
            try connection.send(message)
        }
        write([Self.text(#"{"type":"userlist","users":[]}"#)], to: connection)
        try connection.send(.stream(StreamNotice(identifier: "Eve!", outgoing: .audio, incoming: [], stopped: [])))
        try await until("the last one has arrived") { bob.stream.remoteIdentifier == "Eve!" }
        #expect(bob.stream.state == .incoming && bob.stream.remoteOutgoing == .audio)
        try connection.send(.hangUp(.unspecified))
        try await bob.wait(.ended(.missed))
        await bob.stop()
        await eve.stop()
    }

    @Test("one address cannot take all connections, and closed ones count no more")
    func connectionCap() async throws {
        let bob = try await Instance.start("Bob") { $0.timing.connectionLimitPerAddress = 2 }
        let eve = try await Instance.start("Eve")
        let first = try await eve.dial(bob)
        _ = try await eve.dial(bob)
        await #expect(throws: DialFailure.self) { _ = try await eve.dial(bob) }
        #expect(bob.log.contains("a connection too many"))
        first.close()
        await first.waitUntilClosed()
        var again: SignalingConnection?
        while again == nil { again = try? await eve.dial(bob) }
        await bob.stop()
        await eve.stop()
    }

    @Test("a far side that is silent for too long is gone; one that answers pings is not")
    func keepAlive() async throws {
        let quick: (inout ConferenceOptions) -> Void = {
            $0.timing.ping = .milliseconds(200)
            $0.timing.silence = .seconds(2)
        }
        let (ann, bob) = (try await Instance.start("Ann", quick), try await Instance.start("Bob", quick))
        try await ann.call(bob)
        // Longer than a far side may be silent.
        try await Task.sleep(for: .seconds(3))
        #expect(ann.stream.call?.machine.carrier == .open)
        let carrier = try #require(ann.stream.call?.carrier as? NetworkCarrier)
        // As a network that swallows everything: the far side hears nothing any more.
        carrier.goSilent()
        carrier.remake = nil
        try await until("Bob notices") { bob.stream.call?.machine.carrier == .lost }
        #expect(bob.stream.state == .connected, "the media is still there")
        await ann.stop()
        await bob.stop()
    }

    // MARK: The port

    @Test("a port that is taken is told, and used when it is free")
    func portTaken() async throws {
        let ann = try await Instance.start("Ann")
        let port = try #require(ann.conference.listeningPort)
        let bob = try await Instance.start("Bob") {
            $0.port = port
            $0.timing.listenRetry = .milliseconds(50)
        }
        #expect(bob.conference.listeningPort == nil)
        #expect(bob.conference.listeningProblem == .portInUse(port))
        bob.stream.connect(to: ann.address)
        try await ann.wait(.incoming)
        await ann.stop()
        try await until("Bob has the port") { bob.conference.listeningPort == port }
        #expect(bob.conference.listeningProblem == nil)
        bob.conference.port = 0
        try await until("Bob has another port") { ![nil, port].contains(bob.conference.listeningPort) }
        await bob.stop()
    }

    @Test("calls arrive by IPv6 too, where the machine has it")
    func ipv6() async throws {
        let (ann, bob) = (try await Instance.start("Ann"), try await Instance.start("Bob"))
        let hasIPv6 =
            (try? await ServerBootstrap(group: ann.conference.eventLoop).bind(host: "::1", port: 0).get()) != nil
        guard hasIPv6 else { return }
        ann.stream.connect(to: "[::1]:\(bob.conference.listeningPort ?? 0)")
        try await bob.wait(.incoming)
        #expect(bob.stream.remoteAddress == "::1")
        await ann.stop()
        await bob.stop()
    }
}
