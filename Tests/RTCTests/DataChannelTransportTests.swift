import RTC
import TestSupport
import Testing

/// Two transports back to back in virtual time, without DTLS and ICE below them.
private final class DataChannelPair {
    let client: DataChannelTransport
    let server: DataChannelTransport
    private(set) var now = Instant(microseconds: 1_000_000)
    private(set) var clientEvents: [DataChannelEvent] = []
    private(set) var serverEvents: [DataChannelEvent] = []
    private(set) var largestPacket = 0
    /// Share of packets that get lost, either way.
    var loss = 0.0
    private var random: RandomSource
    private var packets: [(due: Instant, toServer: Bool, bytes: [UInt8])] = []

    init(seed: UInt64, maxMessageSize: Int = 262_144) {
        random = .seeded(seed)
        client = DataChannelTransport(role: .client, remotePort: 5000, maxMessageSize: maxMessageSize)
        server = DataChannelTransport(role: .server, remotePort: 5000, maxMessageSize: maxMessageSize)
    }

    func start() {
        client.start(at: now)
        server.start(at: now)
    }

    /// A pair whose association stands.
    static func connected(seed: UInt64, maxMessageSize: Int = 262_144) -> DataChannelPair {
        let pair = DataChannelPair(seed: seed, maxMessageSize: maxMessageSize)
        pair.start()
        pair.run(for: .seconds(1))
        return pair
    }

    func run(for duration: Duration) {
        let end = now + duration
        while now < end {
            drain(client, toServer: true)
            drain(server, toServer: false)
            let due = packets.filter { $0.due <= now }
            packets.removeAll { $0.due <= now }
            for packet in due { (packet.toServer ? server : client).receive(packet.bytes, at: now) }
            for side in [client, server] {
                if let timeout = side.nextTimeout, timeout <= now { side.handleTimeout(at: now) }
            }
            while let event = client.pollEvent() { clientEvents.append(event) }
            while let event = server.pollEvent() { serverEvents.append(event) }
            now = now + .milliseconds(1)
        }
    }

    private func drain(_ side: DataChannelTransport, toServer: Bool) {
        while let packet = side.pollTransmit() {
            largestPacket = max(largestPacket, packet.count)
            if Double(random.next() % 10_000) / 10_000 < loss { continue }
            packets.append((now + .milliseconds(5), toServer, packet))
        }
    }

    func deliverToServer(_ packet: [UInt8]) { server.receive(packet, at: now) }
}

private func labels(_ events: [DataChannelEvent]) -> [Int: String] {
    events.reduce(into: [:]) { if case .opened(let id, let options) = $1 { $0[id] = options.label } }
}

extension SCTPTests.DataChannelTests {
    @Test("a channel asked for before the association stands has its number at once, even for the DTLS client")
    func opensEarly() throws {
        let pair = DataChannelPair(seed: 11)
        let even = try pair.client.open(DataChannelOptions(label: "early"), at: pair.now)
        let odd = try pair.server.open(DataChannelOptions(label: "other"), at: pair.now)
        #expect(even == 0 && odd == 1)
        try pair.client.send(text: "waits", on: even, at: pair.now)
        pair.start()
        pair.run(for: .seconds(1))
        #expect(labels(pair.clientEvents) == [0: "early", 1: "other"])
        #expect(labels(pair.serverEvents) == [0: "early", 1: "other"])
        #expect(pair.serverEvents.contains(.text(id: even, "waits")))
    }

    @Test("both sides open with the same number without words between them")
    func negotiated() throws {
        let pair = DataChannelPair(seed: 12)
        let options = DataChannelOptions(label: "agreed", negotiatedID: 7)
        #expect(try pair.client.open(options, at: pair.now) == 7)
        #expect(try pair.server.open(options, at: pair.now) == 7)
        #expect(throws: DataChannelError.numberInUse) { try pair.client.open(options, at: pair.now) }
        pair.start()
        pair.run(for: .seconds(1))
        try pair.server.send(text: "", on: 7, at: pair.now)
        pair.run(for: .seconds(1))
        #expect(pair.clientEvents.contains(.text(id: 7, "")))
        pair.server.closeChannel(7, at: pair.now)
        pair.run(for: .seconds(1))
        #expect(pair.clientEvents.last == .closed(id: 7))
        #expect(pair.serverEvents.last == .closed(id: 7))
    }

    @Test("a message of 200 KiB arrives whole, in packets that fit the path")
    func largePackets() throws {
        let pair = DataChannelPair.connected(seed: 13)
        let id = try pair.client.open(DataChannelOptions(label: "file"), at: pair.now)
        let message = (0..<204_800).map { UInt8(truncatingIfNeeded: $0 &* 31 / 7) }
        try pair.client.send(binary: message, on: id, at: pair.now)
        pair.run(for: .seconds(5))
        #expect(pair.serverEvents.contains(.binary(id: id, message)))
        #expect(pair.largestPacket > 1000 && pair.largestPacket <= 1150)
        #expect(pair.client.bufferedAmount(id) == 0)
    }

    @Test("what is larger than the far side announced is refused")
    func limit() throws {
        let pair = DataChannelPair.connected(seed: 14, maxMessageSize: 1000)
        let id = try pair.client.open(DataChannelOptions(label: "small"), at: pair.now)
        #expect(throws: DataChannelError.messageTooLarge(limit: 1000)) {
            try pair.client.send(binary: [UInt8](repeating: 1, count: 1001), on: id, at: pair.now)
        }
        try pair.client.send(binary: [UInt8](repeating: 1, count: 1000), on: id, at: pair.now)
        #expect(throws: DataChannelError.notOpen) { try pair.client.send(text: "x", on: 99, at: pair.now) }
    }

    @Test("a reliable channel repairs heavy loss, in order")
    func repairsLoss() throws {
        let pair = DataChannelPair.connected(seed: 15)
        let id = try pair.client.open(DataChannelOptions(label: "sure"), at: pair.now)
        pair.loss = 0.1
        for index in 0..<200 { try pair.client.send(text: "\(index)", on: id, at: pair.now) }
        pair.run(for: .seconds(60))
        let texts = pair.serverEvents.compactMap { if case .text(_, let text) = $0 { text } else { nil } }
        #expect(texts == (0..<200).map(String.init))
    }

    @Test("an unordered channel without repeats loses whole messages only")
    func partialReliability() throws {
        let pair = DataChannelPair.connected(seed: 16)
        let id = try pair.client.open(
            DataChannelOptions(label: "lossy", isOrdered: false, maxRetransmits: 0), at: pair.now)
        pair.run(for: .seconds(1))
        pair.loss = 0.05
        // A hundred packets each, so that about every message loses one.
        for index in 0..<40 {
            try pair.client.send(binary: [UInt8](repeating: UInt8(index), count: 100_000), on: id, at: pair.now)
            pair.run(for: .milliseconds(500))
        }
        pair.loss = 0
        pair.run(for: .seconds(10))
        try pair.client.send(binary: [UInt8](repeating: 99, count: 100_000), on: id, at: pair.now)
        pair.run(for: .seconds(10))
        let messages = pair.serverEvents.compactMap { if case .binary(_, let bytes) = $0 { bytes } else { nil } }
        #expect(messages.allSatisfy { $0.count == 100_000 && Set($0).count == 1 })
        #expect(messages.last?.first == 99)
        #expect(messages.count < 41)
    }

    @Test("what was sent before closing arrives, however much it is")
    func closesAfterSending() throws {
        let pair = DataChannelPair.connected(seed: 17)
        let id = try pair.client.open(DataChannelOptions(label: "last words"), at: pair.now)
        for index in 0..<20 {
            try pair.client.send(binary: [UInt8](repeating: UInt8(index), count: 200_000), on: id, at: pair.now)
        }
        pair.client.closeChannel(id, at: pair.now)
        pair.run(for: .seconds(30))
        let count = pair.serverEvents.count { if case .binary = $0 { true } else { false } }
        #expect(count == 20)
        #expect(pair.serverEvents.last == .closed(id: id))
        #expect(pair.clientEvents.last == .closed(id: id))
    }

    @Test("the number of a closed channel serves again")
    func reusesNumbers() throws {
        let pair = DataChannelPair.connected(seed: 18)
        for round in 0..<5 {
            let id = try pair.client.open(DataChannelOptions(label: "\(round)"), at: pair.now)
            #expect(id == 0)
            pair.run(for: .seconds(1))
            try pair.client.send(text: "round \(round)", on: id, at: pair.now)
            pair.run(for: .seconds(1))
            #expect(pair.serverEvents.contains(.text(id: id, "round \(round)")))
            pair.client.closeChannel(id, at: pair.now)
            pair.run(for: .seconds(1))
        }
        #expect(pair.serverEvents.count { $0 == .closed(id: 0) } == 5)
    }

    @Test("a channel closed before the association stands never opens")
    func closesEarly() throws {
        let pair = DataChannelPair(seed: 19)
        let id = try pair.client.open(DataChannelOptions(label: "regret"), at: pair.now)
        pair.client.closeChannel(id, at: pair.now)
        pair.start()
        pair.run(for: .seconds(1))
        #expect(pair.clientEvents == [.closed(id: id)])
        #expect(pair.serverEvents.isEmpty)
    }

    @Test("of 2,000 openings the allowed ones stand and the others are refused, on both sides")
    func capsOpenings() throws {
        let pair = DataChannelPair.connected(seed: 20)
        var refused = 0
        for index in 0..<2000 {
            do { _ = try pair.client.open(DataChannelOptions(label: "\(index)"), at: pair.now) } catch { refused += 1 }
        }
        #expect(refused == 2000 - 256)
        // The server has its own on top; the far side, whose table is full, lets its opener know.
        pair.run(for: .seconds(3))
        #expect(labels(pair.serverEvents).count == 256)
        #expect(throws: DataChannelError.tooManyChannels) {
            try pair.server.open(DataChannelOptions(label: "one more"), at: pair.now)
        }
    }

    @Test("an opening that the far side has no room for ends as a closed channel")
    func refusesOverflow() throws {
        let pair = DataChannelPair.connected(seed: 21)
        for index in 0..<200 {
            _ = try pair.client.open(DataChannelOptions(label: "c\(index)"), at: pair.now)
            _ = try pair.server.open(DataChannelOptions(label: "s\(index)"), at: pair.now)
        }
        pair.run(for: .seconds(5))
        let closed = pair.clientEvents.count { if case .closed = $0 { true } else { false } }
        #expect(closed == 144)
    }

    @Test("a label that does not fit is refused, not cut")
    func refusesLongLabels() throws {
        let pair = DataChannelPair.connected(seed: 22)
        #expect(throws: DataChannelError.self) {
            try pair.client.open(DataChannelOptions(label: String(repeating: "é", count: 600)), at: pair.now)
        }
    }

    @Test("leaving tells the far side at once")
    func closesAssociation() throws {
        let pair = DataChannelPair.connected(seed: 23)
        let id = try pair.client.open(DataChannelOptions(label: "bye"), at: pair.now)
        pair.run(for: .seconds(1))
        pair.client.close(at: pair.now)
        pair.run(for: .seconds(1))
        #expect(pair.serverEvents.contains(.closed(id: id)))
        #expect(pair.serverEvents.last == .associationClosed)
        #expect(throws: DataChannelError.notOpen) {
            try pair.client.open(DataChannelOptions(label: "late"), at: pair.now)
        }
    }

    @Test("garbage and broken copies of true packets change nothing")
    func survivesGarbage() throws {
        let pair = DataChannelPair.connected(seed: 24)
        let id = try pair.client.open(DataChannelOptions(label: "still here"), at: pair.now)
        var random = RandomSource.seeded(25)
        for _ in 0..<2000 { pair.deliverToServer(random.bytes(Int(random.next() % 1200))) }
        while let packet = pair.client.pollTransmit() {
            var broken = packet
            for _ in 0..<50 {
                broken[Int(random.next() % UInt64(packet.count))] = UInt8(truncatingIfNeeded: random.next())
                pair.deliverToServer(broken)
            }
            // usrsctp measures round trips by the real clock: when this process stood still in the handshake, a packet that is
            // lost is repeated after ten seconds only.
            pair.deliverToServer(packet)
        }
        pair.run(for: .seconds(5))
        try pair.client.send(text: "alive", on: id, at: pair.now)
        pair.run(for: .seconds(2))
        #expect(pair.serverEvents.contains(.text(id: id, "alive")))
    }

    @Test("associations on several threads, each with a clock of its own, all carry their messages")
    func severalThreads() async throws {
        // usrsctp's timers are one for the process: they go on while a thread stands still, and give its association up
        // after five repeats (12.6 s). Four times 2 s stays below that, whatever the scheduler does.
        let counts = try await withThrowingTaskGroup(of: Int.self) { group in
            for seed in 30..<34 as Range<UInt64> {
                group.addTask {
                    let pair = DataChannelPair.connected(seed: seed)
                    let id = try pair.client.open(DataChannelOptions(label: "\(seed)"), at: pair.now)
                    for index in 0..<50 { try pair.client.send(text: "\(seed) \(index)", on: id, at: pair.now) }
                    pair.run(for: .seconds(1))
                    return (0..<50).count { pair.serverEvents.contains(.text(id: id, "\(seed) \($0)")) }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(counts == [50, 50, 50, 50])
    }
}
