import RTC
import TestSupport
import Testing

@Suite("DTLS: lost, repeated and reordered datagrams") struct DTLSLossTests {
    /// How many datagrams each end sends in a handshake without loss.
    private func handshakeLength() throws -> [DTLSPair.End: Int] {
        let pair = DTLSPair.connected(try DTLSPair())
        return Dictionary(grouping: pair.log, by: \.sender).mapValues(\.count)
    }

    /// Both ends are connected, agree about the keys, and carry data.
    private func expectUsable(_ pair: DTLSPair, _ comment: Comment) throws {
        #expect(pair.isConnected, comment)
        let keys = try #require(pair.client.exportSRTPKeys(), comment)
        #expect(pair.server.exportSRTPKeys() == keys, comment)
        pair.carry = { [$0.bytes] }
        pair.send([1, 2, 3], from: .client)
        pair.send([4, 5], from: .server)
        pair.run(for: .milliseconds(100))
        #expect(pair.received(by: .server).last == [1, 2, 3], comment)
        #expect(pair.received(by: .client).last == [4, 5], comment)
    }

    @Test("any one lost datagram costs one retransmission", arguments: DTLSPair.End.allCases)
    func oneLoss(sender: DTLSPair.End) throws {
        let length = try #require(try handshakeLength()[sender])
        for lost in 0..<length {
            let pair = try DTLSPair()
            pair.carry = { $0.sender == sender && $0.number == lost ? [] : [$0.bytes] }
            pair.start()
            // Two round trips, one or both ends' timer of 150 ms and its successor.
            pair.run(for: .milliseconds(700)) { $0.isConnected }
            try expectUsable(pair, "\(sender)'s number \(lost) lost")
        }
    }

    @Test("any flight may be lost twice in a row", arguments: DTLSPair.End.allCases)
    func twoLosses(sender: DTLSPair.End) throws {
        let length = try #require(try handshakeLength()[sender])
        for first in 0..<length {
            let pair = try DTLSPair()
            pair.carry = {
                $0.sender == sender && ($0.number == first || $0.number == first + length) ? [] : [$0.bytes]
            }
            pair.start()
            pair.run(for: .seconds(3)) { $0.isConnected }
            try expectUsable(pair, "\(sender)'s \(first) and \(first + length) lost")
        }
    }

    @Test("datagrams that all arrive twice or three times do no harm", arguments: [2, 3])
    func duplicates(times: Int) throws {
        let pair = try DTLSPair()
        pair.carry = { Array(repeating: $0.bytes, count: times) }
        pair.start()
        pair.run(for: .seconds(2))
        try expectUsable(pair, "each \(times) times")
        for end in DTLSPair.End.allCases { #expect(pair.received(by: end).isEmpty) }
    }

    @Test("records of a flight in reverse order connect")
    func reversedRecords() throws {
        let pair = try DTLSPair()
        pair.carry = { [Self.records(of: $0.bytes).reversed().flatMap { $0 }] }
        pair.start()
        pair.run(for: .seconds(5)) { $0.isConnected }
        try expectUsable(pair, "records reversed")
    }

    @Test("each record in a datagram of its own, last first, connects")
    func scatteredRecords() throws {
        let pair = try DTLSPair()
        pair.carry = { Self.records(of: $0.bytes).reversed() }
        pair.start()
        pair.run(for: .seconds(5)) { $0.isConnected }
        try expectUsable(pair, "records scattered")
    }

    @Test("bad networks of many seeds connect in bounded time", arguments: 0..<40)
    func random(seed: Int) throws {
        var fuzzer = Fuzzer(seed: UInt64(seed))
        let pair = try DTLSPair()
        // A third is lost, a third comes twice, the second time late: after what was sent behind it.
        pair.carry = { datagram in
            switch fuzzer.next() % 3 {
            case 0: []
            case 1: [datagram.bytes]
            default: [datagram.bytes, datagram.bytes]
            }
        }
        pair.start()
        pair.run(for: .seconds(30)) { $0.isConnected }
        try expectUsable(pair, "seed \(seed)")
    }

    @Test("a client that nobody answers repeats itself ever more rarely and gives up after half a minute")
    func givesUp() throws {
        let pair = try DTLSPair()
        var times: [Duration] = []
        pair.carry = { [unowned pair] _ in
            times.append(pair.now - .zero)
            return []
        }
        pair.start()
        pair.run(for: .seconds(28))
        #expect(pair.client.state == .connecting)
        pair.run(for: .seconds(3))
        #expect(pair.client.state == .failed(.timeout))
        #expect(pair.client.nextTimeout == nil)
        let gaps = zip(times.dropFirst(), times).map { $0 - $1 }
        #expect(gaps.first == .milliseconds(150))
        #expect(zip(gaps.dropFirst(), gaps).allSatisfy { $0 == min($1 * 2, .seconds(3)) })
        #expect((10...14).contains(times.count))
    }

    @Test("a server that nobody speaks to gives up after half a minute")
    func serverGivesUp() throws {
        let pair = try DTLSPair()
        pair.server.start(at: .zero)
        pair.run(for: .seconds(29))
        #expect(pair.server.state == .connecting)
        pair.run(for: .seconds(2))
        #expect(pair.server.state == .failed(.timeout))
        #expect(pair.log.isEmpty)
    }

    @Test("no datagram of any retransmission passes 1200 bytes")
    func staysWithinPath() throws {
        let pair = try DTLSPair()
        pair.carry = { $0.number < 8 ? [] : [$0.bytes] }
        pair.start()
        pair.run(for: .seconds(20)) { $0.isConnected }
        try expectUsable(pair, "eight lost at each end")
        #expect(pair.log.allSatisfy { $0.bytes.count <= 1200 })
        #expect(pair.log.count > 16)
    }

    /// The records that a datagram holds (RFC 6347 §4.1).
    static func records(of datagram: [UInt8]) -> [[UInt8]] {
        var found: [[UInt8]] = []
        var rest = datagram[...]
        while rest.count >= 13 {
            let start = rest.startIndex
            let count = 13 + (Int(rest[start + 11]) << 8 | Int(rest[start + 12]))
            found.append(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        return found
    }
}
