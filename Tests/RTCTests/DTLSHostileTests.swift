import RTC
import TestSupport
import Testing

@Suite("DTLS: wrong ends and hostile datagrams") struct DTLSHostileTests {
    private static func fingerprint(of index: Int, _ change: (inout [UInt8]) -> Void = { _ in }) throws
        -> DTLSFingerprint
    {
        var fingerprint = try DTLSPair.certificates.get()[index].fingerprint
        change(&fingerprint.bytes)
        return fingerprint
    }

    @Test(
        "a wrong fingerprint fails both ends, and who was told of it never has keys", arguments: DTLSPair.End.allCases)
    func wrongFingerprint(end: DTLSPair.End) throws {
        let wrong = [
            [], [try Self.fingerprint(of: 2)], [try Self.fingerprint(of: end == .client ? 1 : 0) { $0[31] ^= 1 }],
            [try Self.fingerprint(of: end == .client ? 1 : 0) { $0.removeLast() }],
        ]
        for fingerprints in wrong {
            let pair = try DTLSPair(
                clientExpects: end == .client ? fingerprints : nil, serverExpects: end == .server ? fingerprints : nil)
            var sawKeys = false
            pair.start()
            pair.run(for: .seconds(5)) {
                // A client that is content has its keys before the server can refuse it; the server never has.
                if $0[end].exportSRTPKeys() != nil || $0.server.exportSRTPKeys() != nil { sawKeys = true }
                return false
            }
            #expect(!sawKeys && pair.client.exportSRTPKeys() == nil)
            #expect(pair[end].state == .failed(.fingerprintMismatch))
            guard case .failed(.handshake) = pair[end.other].state else {
                Issue.record("the other end is told: \(pair[end.other].state)")
                continue
            }
            #expect(pair.client.nextTimeout == nil && pair.server.nextTimeout == nil)
        }
    }

    @Test("one fitting fingerprint of several is enough")
    func severalFingerprints() throws {
        let pair = try DTLSPair(
            clientExpects: [try Self.fingerprint(of: 2), try Self.fingerprint(of: 1)],
            serverExpects: [try Self.fingerprint(of: 0), try Self.fingerprint(of: 0) { $0[0] ^= 0x80 }])
        #expect(DTLSPair.connected(pair).isConnected)
    }

    @Test("the longer hashes fit, too, and a hash under another's name does not")
    func hashes() throws {
        let certificate = try DTLSPair.certificates.get()[1].fingerprint
        let mislabelled = DTLSFingerprint(algorithm: .sha512, bytes: certificate.bytes)
        let pair = DTLSPair.connected(try DTLSPair(clientExpects: [mislabelled]))
        #expect(pair.client.state == .failed(.fingerprintMismatch))
        for text in ["sha-1", "md5", "sha-224", "sha256", ""] {
            let bytes = certificate.description.split(separator: " ")[1]
            #expect(DTLSFingerprint(parsing: "\(text) \(bytes)") == nil)
        }
        #expect(DTLSFingerprint(parsing: certificate.description.lowercased()) == certificate)
        #expect(DTLSFingerprint(parsing: "sha-384 " + certificate.description.dropFirst(8)) == nil)
    }

    @Test("two clients fail with a reason; two servers give up")
    func sameRoles() throws {
        let clients = try DTLSPair(roles: (.client, .client))
        clients.start()
        clients.run(for: .seconds(5))
        for end in DTLSPair.End.allCases {
            guard case .failed(.handshake) = clients[end].state else {
                Issue.record("\(clients[end].state)")
                continue
            }
        }
        let servers = try DTLSPair(roles: (.server, .server))
        servers.start()
        servers.run(for: .seconds(31))
        #expect(servers.client.state == .failed(.timeout))
        #expect(servers.server.state == .failed(.timeout))
    }

    @Test("a ClientHello without a cipher suite of ours is incompatible")
    func noCommonCipher() throws {
        let pair = try DTLSPair()
        pair.carry = { datagram in
            guard datagram.sender == .client, datagram.number == 0 else { return [datagram.bytes] }
            // Record 13, handshake 12, version 2, random 32, then session id and cookie, both empty: the suites follow.
            var bytes = datagram.bytes
            let start = 13 + 12 + 2 + 32 + 1 + 1
            let count = Int(bytes[start]) << 8 | Int(bytes[start + 1])
            for index in start + 2..<start + 2 + count { bytes[index] = 0 }
            return [bytes]
        }
        pair.start()
        pair.run(for: .seconds(2))
        #expect(pair.server.state == .failed(.incompatible))
        #expect(pair.client.state == .failed(.incompatible))
    }

    @Test("a byte changed anywhere in a flight never leads to other keys", arguments: DTLSPair.End.allCases)
    func tampered(sender: DTLSPair.End) throws {
        let length = DTLSPair.connected(try DTLSPair()).log.filter { $0.sender == sender }.map(\.bytes.count)
        for (number, count) in length.enumerated() {
            for index in stride(from: number % 7, to: count, by: 7) {
                let pair = try DTLSPair()
                pair.carry = { datagram in
                    guard datagram.sender == sender, datagram.number == number else { return [datagram.bytes] }
                    var bytes = datagram.bytes
                    // Signatures are of slightly differing lengths.
                    if bytes.indices.contains(index) { bytes[index] ^= 0x10 }
                    return [bytes]
                }
                pair.start()
                pair.run(for: .seconds(31)) { $0.isConnected }
                if pair.isConnected {
                    #expect(pair.client.exportSRTPKeys() == pair.server.exportSRTPKeys())
                } else {
                    #expect(
                        [pair.client.state, pair.server.state].contains { if case .failed = $0 { true } else { false } }
                    )
                }
            }
        }
    }

    @Test("a cut datagram is a lost one", arguments: DTLSPair.End.allCases)
    func truncated(sender: DTLSPair.End) throws {
        let length = DTLSPair.connected(try DTLSPair()).log.filter { $0.sender == sender }.map(\.bytes.count)
        for (number, count) in length.enumerated() {
            for kept in stride(from: 0, to: count, by: 41) {
                let pair = try DTLSPair()
                pair.carry = {
                    $0.sender == sender && $0.number == number ? [Array($0.bytes.prefix(kept))] : [$0.bytes]
                }
                pair.start()
                pair.run(for: .seconds(3)) { $0.isConnected }
                #expect(pair.isConnected, "\(sender)'s number \(number) cut to \(kept)")
            }
        }
    }
}
