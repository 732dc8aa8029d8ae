import TestSupport
import Testing
import Wire

@testable import RTC

/// What anybody can do who knows, or guesses, address and port of a call.
@Suite("A running call and hostile strangers") struct HostileStrangerTests {
    private static let stranger = TransportAddress(.v4(0xC633_6409), port: 4444)

    private static func greeting() throws -> [UInt8] {
        let pair = try DTLSPair()
        pair.start()
        return try #require(pair.log.first { $0.sender == .client }?.bytes)
    }

    // CVE-2023-51443 (FreeSWITCH; Asterisk and RTPEngine alike): a stray ClientHello takes the place of the true one.
    @Test(
        "a ClientHello from an address that ICE has not validated does nothing, before, during and after the handshake")
    func strayClientHello() throws {
        let greeting = try Self.greeting()
        let call = try SimulatedCall(seed: 900)
        call.caller.peer.addTransceiver(.audio, direction: .sendrecv)
        call.caller.peer.addTransceiver(.video, direction: .sendrecv)
        let greet = {
            for side in [call.caller, call.called] {
                side.peer.receive(greeting, from: Self.stranger, to: side.address, at: call.now)
            }
        }
        greet()
        let offer = try call.caller.peer.setLocalDescription(.offer, at: call.now)
        greet()
        try call.called.peer.setRemoteDescription(.offer, offer, at: call.now)
        for transceiver in call.called.peer.transceivers {
            call.called.peer.setDirection(.sendrecv, index: transceiver.index)
        }
        let answer = try call.called.peer.setLocalDescription(.answer, at: call.now)
        greet()
        try call.caller.peer.setRemoteDescription(.answer, answer, at: call.now)
        for _ in 0..<1000 {
            greet()
            call.run(for: .milliseconds(1))
        }
        #expect(call.caller.peer.connectionState == .connected && call.called.peer.connectionState == .connected)
        #expect(call.called.peer.earlyDTLS.isEmpty)
    }

    @Test("a ClientHello in plain text on the call's own path is no new beginning")
    func secondClientHello() throws {
        let call = try HostileCall(seed: 901)
        let greeting = try Self.greeting()
        for _ in 0..<2000 { call.deliver(greeting) }
        try call.expectUnharmed()
    }

    @Test("media before there are keys is kept up to a cap, and none of it comes out")
    func mediaBeforeKeys() throws {
        let call = try SimulatedCall(seed: 902)
        call.caller.peer.addTransceiver(.audio, direction: .sendrecv)
        call.caller.peer.addTransceiver(.video, direction: .sendrecv)
        try call.negotiate(from: call.caller, to: call.called)
        var random = Fuzzer(seed: 902)
        // In steps of half a millisecond: before, in and after the handshake.
        var most = 0
        for _ in 0..<400 {
            for type: UInt8 in [111, 96, 200, 201] {
                let packet = [0x80, type] + random.bytes(60)
                call.called.peer.receive(packet, from: call.caller.address, to: call.called.address, at: call.now)
                call.called.peer.receive(packet, from: Self.stranger, to: call.called.address, at: call.now)
            }
            most = max(most, call.called.peer.earlyMedia.count)
            call.run(for: .microseconds(500))
        }
        #expect((1...32).contains(most))
        #expect(call.called.peer.connectionState == .connected)
        #expect(call.called.audio.isEmpty && call.called.video.isEmpty)
        #expect(call.called.peer.earlyMedia.isEmpty)
    }

    // CVE-2013-2139 and CVE-2015-6360 (libsrtp): lengths that do not hold what the header promises.
    @Test("media that nobody signed, of every length and header, is counted and nothing else")
    func unsignedMedia() throws {
        let call = try HostileCall(seed: 903)
        var random = Fuzzer(seed: 903)
        let known = call.victim.inboundSRTP.map { Footprint(of: $0).elements }
        let failures = try #require(call.victim.inboundSRTP?.authenticationFailures)
        for count in stride(from: 0, to: 200, by: 9) {
            for first in stride(from: UInt8(128), through: 191, by: 1) {
                for type: UInt8 in [96, 111, 127, 200, 223] { call.deliver([first, type] + random.bytes(count)) }
            }
        }
        let after = try #require(call.victim.inboundSRTP)
        #expect(after.authenticationFailures - failures > 5000)
        #expect(Footprint(of: after).elements == known, "nobody is remembered who has not proved to have the key")
        try call.expectUnharmed()
    }

    @Test("a packet that is sent again, by whomever and however often, is heard once")
    func replay() throws {
        let call = try HostileCall(seed: 904)
        call.call.sendsMedia = false
        call.call.run(for: .seconds(1))
        let mid = try #require(call.attacker.mid(of: .audio))
        var packets: [[UInt8]] = []
        for _ in 0..<20 {
            call.attacker.sendAudio(
                mid: mid, payload: [UInt8](repeating: 7, count: 80), sampleCount: 960, captureTime: call.call.now,
                level: 30, voiceActivity: true, at: call.call.now)
            while let transmit = call.attacker.pollTransmit(at: call.call.now) { packets.append(transmit.bytes) }
            call.call.run(for: .milliseconds(20))
        }
        let media = packets.filter { DatagramKind($0) == .rtp }
        try #require(media.count >= 19)
        let before = call.call.called.audio.count
        var random = Fuzzer(seed: 904)
        for _ in 0..<50 { for packet in media.shuffled(using: &random) { call.deliver(packet) } }
        call.call.run(for: .milliseconds(1))
        #expect(call.call.called.audio.count - before == media.count)
        #expect(call.victim.inboundSRTP?.replays ?? 0 >= 49 * media.count)
        call.call.sendsMedia = true
        try call.expectUnharmed()
    }

    // STUN without credentials as work, as state, or as a mirror that makes datagrams larger.
    @Test("a flood of STUN without, with wrong and with cut credentials is not answered and not remembered")
    func stunFlood() throws {
        let call = try HostileCall(seed: 905)
        var random = Fuzzer(seed: 905)
        _ = call.takeTransmits()
        let name = "\(call.victim.ice.localCredentials.usernameFragment):x"
        let remote = call.victim.ice.remote.count
        let validated = call.victim.ice.validated.count
        for index in 0..<5000 {
            let source = TransportAddress(.v4(0x0B00_0000 | UInt32(index)), port: 9)
            let attributes: [STUNAttribute] = index.isMultiple(of: 3) ? [] : [.username(Array(name.utf8))]
            var bytes = STUNMessage(
                index.isMultiple(of: 7) ? .success : .request, .binding, transaction: STUNTransactionID(using: &random),
                attributes: attributes
            ).serialized(integrityKey: index.isMultiple(of: 2) ? [1, 2, 3] : nil)
            if index.isMultiple(of: 5) { random.damage(&bytes) }
            call.deliver(bytes, from: source)
        }
        #expect(call.victim.ice.remote.count == remote)
        #expect(call.victim.ice.validated.count == validated)
        let answers = call.takeTransmits().filter { DatagramKind($0) == .stun }
        #expect(answers.count <= 1, "at most our own consent check")
        try call.expectUnharmed()
    }
}
