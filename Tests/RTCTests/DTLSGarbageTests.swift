import RTC
import TestSupport
import Testing

@Suite("DTLS: garbage before, during and after the handshake") struct DTLSGarbageTests {
    /// Bytes that look ever more like a record: none of the header, its type, all but the meaning.
    private static func garbage(_ fuzzer: inout Fuzzer) -> [UInt8] {
        var bytes = fuzzer.bytes(Int(fuzzer.next() % 200))
        let likeness = fuzzer.next() % 4
        guard likeness > 0, bytes.count >= 13 else { return bytes }
        bytes[0] = UInt8(20 + fuzzer.next() % 4)
        guard likeness > 1 else { return bytes }
        bytes.replaceSubrange(1...2, with: [0xFE, 0xFD])
        guard likeness > 2 else { return bytes }
        // A later epoch than plain text's: the keys are missing or wrong.
        bytes.replaceSubrange(3...4, with: [0, UInt8(1 + fuzzer.next() % 2)])
        bytes.replaceSubrange(11...12, with: [0, UInt8(bytes.count - 13)])
        return bytes
    }

    @Test("garbage around every datagram does not keep two ends from connecting", arguments: 0..<20)
    func duringHandshake(seed: Int) throws {
        var fuzzer = Fuzzer(seed: UInt64(seed))
        let pair = try DTLSPair()
        pair.carry = { datagram in
            let before = (0..<20).map { _ in Self.garbage(&fuzzer) }
            let after = (0..<20).map { _ in Self.garbage(&fuzzer) }
            return before + [datagram.bytes] + after
        }
        pair.delay = .milliseconds(1)
        for _ in 0..<50 {
            for end in DTLSPair.End.allCases { pair.inject(Self.garbage(&fuzzer), into: end) }
        }
        pair.server.start(at: pair.now)
        for _ in 0..<50 { pair.inject(Self.garbage(&fuzzer), into: .server) }
        pair.start()
        for _ in 0..<50 { pair.inject(Self.garbage(&fuzzer), into: .client) }
        pair.run(for: .seconds(10)) { $0.isConnected }
        #expect(pair.isConnected, "seed \(seed): \(pair.client.state) \(pair.server.state)")
        #expect(pair.client.exportSRTPKeys() == pair.server.exportSRTPKeys())
    }

    @Test("a connection outlives thousands of forged, damaged and repeated records")
    func afterHandshake() throws {
        let pair = DTLSPair.connected(try DTLSPair())
        var fuzzer = Fuzzer(seed: 99)
        pair.send([UInt8](repeating: 7, count: 100), from: .client)
        pair.send([UInt8](repeating: 8, count: 100), from: .server)
        pair.run(for: .milliseconds(50))
        for end in DTLSPair.End.allCases { #expect(pair.received(by: end).count == 1) }
        let known = pair.log.map(\.bytes)
        for round in 0..<6000 {
            var bytes = round % 2 == 0 ? Self.garbage(&fuzzer) : known[Int(fuzzer.next() % UInt64(known.count))]
            if round % 4 == 1 { fuzzer.damage(&bytes) }
            for end in DTLSPair.End.allCases { pair.inject(bytes, into: end) }
        }
        pair.run(for: .seconds(60))
        #expect(pair.isConnected)
        for end in DTLSPair.End.allCases { #expect(pair.received(by: end).isEmpty) }
        pair.send([1], from: .client)
        pair.send([2], from: .server)
        pair.run(for: .milliseconds(50))
        #expect(pair.received(by: .server) == [[1]])
        #expect(pair.received(by: .client) == [[2]])
    }

    @Test("plain-text records of a stranger do not end a connection")
    func plainTextAfterHandshake() throws {
        let pair = DTLSPair.connected(try DTLSPair())
        for body in Self.plainTextBodies {
            for end in DTLSPair.End.allCases { pair.inject(body, into: end) }
        }
        #expect(pair.isConnected)
        pair.send([1], from: .client)
        pair.run(for: .milliseconds(50))
        #expect(pair.received(by: .server) == [[1]])
    }

    @Test("an alert in plain text, which nobody signs, ends a handshake with a reason and nothing else")
    func plainTextAlerts() throws {
        // RFC 6347 §4.1.2.7 leaves it open; an incompatible far side is told at once this way, and ICE has proved the
        // address. The end that it reaches decides alone: it never connects, and keys never appear.
        let expected: [DTLSTransport.State] = [.failed(.incompatible), .closed]
        for (body, state) in zip([Self.plainTextBodies[0], Self.plainTextBodies[2]], expected) {
            let pair = try DTLSPair()
            pair.start()
            pair.inject(body, into: .client)
            #expect(pair.client.state == state)
            #expect(pair.client.nextTimeout == nil)
            pair.run(for: .seconds(31))
            #expect(pair.client.exportSRTPKeys() == nil)
            #expect(pair.server.state == .failed(.timeout))
        }
    }

    @Test("damaged handshake messages never trap, and end in a connection or in a typed failure")
    func damagedHandshake() throws {
        var connected = 0
        for seed in 0..<400 {
            var fuzzer = Fuzzer(seed: UInt64(seed))
            let pair = try DTLSPair()
            pair.carry = { datagram in
                var bytes = datagram.bytes
                fuzzer.damage(&bytes, upTo: 2)
                return fuzzer.next() % 2 == 0 ? [bytes] : [datagram.bytes]
            }
            pair.start()
            pair.run(for: .seconds(31)) { $0.isConnected }
            if pair.isConnected {
                connected += 1
                #expect(pair.client.exportSRTPKeys() == pair.server.exportSRTPKeys())
            }
            for end in DTLSPair.End.allCases where pair[end].state != .connected {
                // Half-open is possible: the last flight was damaged and the other end gave up by then.
                guard case .failed = pair[end].state else {
                    Issue.record("seed \(seed): \(pair[end].state)")
                    continue
                }
            }
        }
        #expect(connected > 0)
    }

    @Test("application data that comes again is dropped, late data is not")
    func replays() throws {
        let pair = DTLSPair.connected(try DTLSPair())
        var held: [[UInt8]] = []
        pair.carry = { datagram in
            held.append(datagram.bytes)
            return []
        }
        for number in 0..<10 { pair.send([UInt8(number)], from: .client) }
        for bytes in held.reversed() { pair.inject(bytes, into: .server) }
        #expect(pair.received(by: .server) == (0..<10).reversed().map { [UInt8($0)] })
        for _ in 0..<3 {
            for bytes in held { pair.inject(bytes, into: .server) }
        }
        // And what a client sent is not taken for a server's.
        for bytes in held { pair.inject(bytes, into: .client) }
        #expect(pair.received(by: .server).isEmpty)
        #expect(pair.received(by: .client).isEmpty)
        #expect(pair.isConnected)
    }

    @Test("data that the owner does not fetch stops at a cap")
    func queueIsCapped() throws {
        let pair = DTLSPair.connected(try DTLSPair())
        for _ in 0..<1000 { pair.send([1, 2, 3], from: .client) }
        pair.run(for: .milliseconds(50))
        #expect((1...256).contains(pair.received(by: .server).count))
        #expect(pair.isConnected)
    }

    /// Fatal alerts, close_notify, ChangeCipherSpec, data and greetings, all in epoch 0, as anybody could write them.
    private static let plainTextBodies: [[UInt8]] = [
        (21, [2, 40]), (21, [2, 80]), (21, [1, 0]), (20, [1]), (23, [1, 2, 3, 4]),
        (22, [1, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 2, 0xFE, 0xFD]), (22, [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]),
        (22, [20, 0, 0, 12, 0, 5, 0, 0, 0, 0, 0, 12] + [UInt8](repeating: 1, count: 12)),
    ].map { (type, body) in
        [type, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 9, 9, 0, UInt8(body.count)] + body
    }
}
