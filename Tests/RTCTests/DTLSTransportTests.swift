import RTC
import Testing

@Suite("DTLS: two transports on a good wire") struct DTLSTransportTests {
    @Test("two round trips connect both ends, with the first cipher suite of the list")
    func connects() throws {
        let pair = try DTLSPair()
        pair.start()
        pair.run(for: .milliseconds(40))
        #expect(pair.isConnected)
        for end in DTLSPair.End.allCases {
            #expect(pair[end].versionText == "FEFD")
            #expect(pair[end].cipherName == "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")
            #expect(pair[end].nextTimeout == nil)
        }
    }

    @Test("both ends export the same keys, and client's and server's are not the same")
    func exportsKeys() throws {
        let pair = try DTLSPair()
        #expect(pair.client.exportSRTPKeys() == nil)
        pair.start()
        #expect(pair.client.exportSRTPKeys() == nil)
        pair.run(for: .seconds(1))
        let (ours, theirs) = (
            try #require(pair.client.exportSRTPKeys()), try #require(pair.server.exportSRTPKeys())
        )
        #expect(ours.profile == .aeadAES128GCM)
        #expect(ours == theirs)
        #expect(ours.clientKey != ours.serverKey)
        #expect(ours.clientSalt != ours.serverSalt)
        #expect([ours.clientKey, ours.serverKey].allSatisfy { $0.count == 16 && Set($0).count > 1 })
        #expect([ours.clientSalt, ours.serverSalt].allSatisfy { $0.count == 12 && Set($0).count > 1 })
    }

    @Test(
        "the client has its keys with its own last flight, a round trip before the server's is here; they are the same")
    func keysBeforeTheEnd() throws {
        let pair = try DTLSPair()
        pair.start()
        pair.run(for: .seconds(1)) { $0.client.areKeysAgreed || $0.server.areKeysAgreed }
        #expect(pair.client.areKeysAgreed && pair.client.state == .connecting && pair.server.state == .connecting)
        #expect(pair.now == Instant.zero + pair.delay * 2)
        let early = try #require(pair.client.exportSRTPKeys())
        pair.run(for: .seconds(1))
        #expect(pair.isConnected)
        #expect(pair.server.exportSRTPKeys() == early && pair.client.exportSRTPKeys() == early)
    }

    @Test(
        "no keys before the end for a stranger: not for who shows another certificate", arguments: DTLSPair.End.allCases
    )
    func noKeysForStrangers(end: DTLSPair.End) throws {
        let stranger = try DTLSPair.certificates.get()[2].fingerprint
        let pair = try DTLSPair(
            clientExpects: end == .client ? [stranger] : nil, serverExpects: end == .server ? [stranger] : nil)
        pair.start()
        pair.run(for: .seconds(5)) { $0[end].areKeysAgreed }
        #expect(!pair[end].areKeysAgreed && pair[end].exportSRTPKeys() == nil)
    }

    @Test("an end that only has the older profile gets its keys, mirrored, too", arguments: DTLSPair.End.allCases)
    func exportsOlderProfile(limited: DTLSPair.End) throws {
        let pair = try DTLSPair(
            profiles: (
                limited == .client ? [.aes128CMSHA180] : SRTPProfile.preferred,
                limited == .server ? [.aes128CMSHA180] : SRTPProfile.preferred
            ))
        pair.start()
        pair.run(for: .seconds(1))
        let (ours, theirs) = (
            try #require(pair.client.exportSRTPKeys()), try #require(pair.server.exportSRTPKeys())
        )
        #expect(ours.profile == .aes128CMSHA180)
        #expect(ours == theirs)
        #expect([ours.clientSalt, ours.serverSalt].allSatisfy { $0.count == 14 })
        // What one end encrypts with the material, the other can read.
        let sender = try SRTPSession(
            profile: ours.profile, key: ours.clientKey, salt: ours.clientSalt, direction: .outbound)
        let receiver = try SRTPSession(
            profile: theirs.profile, key: theirs.clientKey, salt: theirs.clientSalt, direction: .inbound)
        let plain: [UInt8] = [0x80, 111, 0, 1, 0, 0, 0, 0, 1, 2, 3, 4, 9, 9, 9]
        var packet = plain
        #expect(sender.protectRTP(&packet))
        #expect(receiver.unprotectRTP(&packet))
        #expect(packet == plain)
    }

    @Test("ends without a common SRTP profile do not connect")
    func refusesWithoutCommonProfile() throws {
        let pair = try DTLSPair(profiles: ([.aes128CMSHA180], [.aeadAES128GCM]))
        pair.start()
        pair.run(for: .seconds(1))
        #expect(pair.client.state == .failed(.incompatible))
        #expect(pair.server.state == .failed(.incompatible))
        #expect(pair.client.exportSRTPKeys() == nil)
    }

    @Test("application data goes both ways, one message a datagram, within the path's 1200 bytes")
    func carriesData() throws {
        let pair = DTLSPair.connected(try DTLSPair())
        let sizes = [1, 100, 1000, DTLSTransport.longestMessage]
        for end in DTLSPair.End.allCases {
            for size in sizes { pair.send([UInt8](repeating: UInt8(size & 0xFF), count: size), from: end) }
            pair.run(for: .milliseconds(20))
            #expect(pair.received(by: end.other).map(\.count) == sizes)
        }
        #expect(pair.log.allSatisfy { $0.bytes.count <= 1200 })
        #expect(pair.log.last?.bytes.count == 1200)
    }

    @Test("a message that no datagram holds is not sent at all")
    func refusesLongMessages() throws {
        let pair = DTLSPair.connected(try DTLSPair())
        let before = pair.log.count
        pair.send([UInt8](repeating: 1, count: DTLSTransport.longestMessage + 1), from: .client)
        pair.send([], from: .client)
        #expect(pair.log.count == before)
        #expect(pair.isConnected)
    }

    @Test("close_notify goes out, is answered, and closes the other end", arguments: DTLSPair.End.allCases)
    func closes(end: DTLSPair.End) throws {
        let pair = DTLSPair.connected(try DTLSPair())
        let before = pair.log.count
        pair.close(end)
        #expect(pair[end].state == .closed)
        #expect(pair[end.other].state == .connected)
        pair.run(for: .milliseconds(50))
        #expect(pair[end.other].state == .closed)
        // One alert each way (webrtc.md D12), and no answer to the answer.
        #expect(pair.log.dropFirst(before).map(\.sender) == [end, end.other])
        #expect(pair.log.dropFirst(before).allSatisfy { $0.bytes.first == 21 })
        pair.send([1, 2, 3], from: end.other)
        #expect(pair.log.count == before + 2)
        #expect(pair[end.other].exportSRTPKeys() == nil)
    }

    @Test("a transport closed during the handshake stays closed and sends nothing more")
    func closesEarly() throws {
        let pair = try DTLSPair()
        pair.start()
        pair.run(for: .milliseconds(15))
        pair.close(.client)
        let before = pair.log.filter { $0.sender == .client }.count
        pair.run(for: .seconds(5))
        #expect(pair.client.state == .closed)
        #expect(pair.client.nextTimeout == nil)
        #expect(pair.log.filter { $0.sender == .client }.count == before)
    }
}
