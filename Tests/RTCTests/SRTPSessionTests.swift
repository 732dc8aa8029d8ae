import RTC
import TestSupport
import Testing

/// One direction of SRTP with both its ends, and the packets to try it with.
struct SRTPPair {
    let profile: SRTPProfile
    let sender: SRTPSession
    let receiver: SRTPSession

    init(_ profile: SRTPProfile, receiverKey: UInt8 = 1) throws {
        self.profile = profile
        let salt = [UInt8](repeating: 2, count: profile == .aeadAES128GCM ? 12 : 14)
        sender = try SRTPSession(
            profile: profile, key: [UInt8](repeating: 1, count: 16), salt: salt, direction: .outbound)
        receiver = try SRTPSession(
            profile: profile, key: [UInt8](repeating: receiverKey, count: 16), salt: salt, direction: .inbound)
    }

    /// What a packet grows by.
    var tag: Int { profile == .aeadAES128GCM ? 16 : 10 }

    static let profiles: [SRTPProfile] = [.aeadAES128GCM, .aes128CMSHA180]

    static func rtp(_ sequence: UInt16, ssrc: UInt32 = 0x0102_0304, payload: [UInt8] = [1, 2, 3, 4, 5]) -> [UInt8] {
        let head: [UInt8] = [0x80, 111, UInt8(sequence >> 8), UInt8(sequence & 255), 0, 0, 3, 0xC0]
        return head + (0..<4).map { UInt8(truncatingIfNeeded: ssrc >> (24 - 8 * $0)) } + payload
    }

    /// An empty receiver report.
    static func rtcp(ssrc: UInt32 = 0x0102_0304) -> [UInt8] {
        [0x80, 201, 0, 1] + (0..<4).map { UInt8(truncatingIfNeeded: ssrc >> (24 - 8 * $0)) }
    }

    func protected(_ sequence: UInt16, ssrc: UInt32 = 0x0102_0304) throws -> [UInt8] {
        var packet = Self.rtp(sequence, ssrc: ssrc)
        try #require(sender.protectRTP(&packet))
        return packet
    }

    func accepts(_ packet: [UInt8]) -> Bool {
        var packet = packet
        return receiver.unprotectRTP(&packet)
    }

    func acceptsControl(_ packet: [UInt8]) -> Bool {
        var packet = packet
        return receiver.unprotectRTCP(&packet)
    }
}

@Suite("SRTP: what goes in comes out") struct SRTPSessionTests {
    @Test("RTP packets of every size come back as they were, grown by the tag", arguments: SRTPPair.profiles)
    func mediaRoundTrip(profile: SRTPProfile) throws {
        let pair = try SRTPPair(profile)
        for (number, count) in [0, 1, 15, 16, 17, 160, 1175, 1188, 1500, 9000, 60_000].enumerated() {
            let plain = SRTPPair.rtp(UInt16(number), payload: [UInt8](repeating: UInt8(number), count: count))
            var packet = plain
            #expect(pair.sender.protectRTP(&packet))
            #expect(packet.count == plain.count + pair.tag)
            // The header is signed but stays readable.
            #expect(packet.prefix(12) == plain.prefix(12))
            if count >= 15 { #expect(packet.dropFirst(12).prefix(count) != plain.dropFirst(12)) }
            #expect(pair.receiver.unprotectRTP(&packet))
            #expect(packet == plain)
        }
        #expect(pair.receiver.authenticationFailures == 0 && pair.receiver.replays == 0)
    }

    @Test("contributing sources and header extensions stay in clear text and signed", arguments: SRTPPair.profiles)
    func headerRoundTrip(profile: SRTPProfile) throws {
        let pair = try SRTPPair(profile)
        var plain = SRTPPair.rtp(7, payload: [9, 9, 9, 9, 0xBE, 0xDE, 0, 1, 0x10, 0x55, 0, 0, 1, 2, 3])
        plain[0] = 0x91
        var packet = plain
        #expect(pair.sender.protectRTP(&packet))
        #expect(packet.prefix(24) == plain.prefix(24))
        #expect(packet.dropFirst(24).prefix(3) != plain.suffix(3))
        var changed = packet
        changed[21] ^= 1
        #expect(!pair.accepts(changed))
        #expect(pair.receiver.unprotectRTP(&packet))
        #expect(packet == plain)
    }

    @Test("RTCP comes back as it was, grown by tag and index", arguments: SRTPPair.profiles)
    func controlRoundTrip(profile: SRTPProfile) throws {
        let pair = try SRTPPair(profile)
        for count in [0, 4, 24, 1000] {
            let plain = SRTPPair.rtcp() + [UInt8](repeating: 3, count: count)
            var packet = plain
            #expect(pair.sender.protectRTCP(&packet))
            #expect(packet.count == plain.count + pair.tag + 4)
            #expect(pair.receiver.unprotectRTCP(&packet))
            #expect(packet == plain)
        }
    }

    @Test("a packet sent again, as NACK asks for, is the same and is taken once", arguments: SRTPPair.profiles)
    func resends(profile: SRTPProfile) throws {
        let pair = try SRTPPair(profile)
        let first = try pair.protected(100)
        for sequence in UInt16(101)..<200 { #expect(pair.accepts(try pair.protected(sequence))) }
        let again = try pair.protected(100)
        #expect(again == first)
        #expect(pair.accepts(again))
        #expect(!pair.accepts(first))
        #expect(pair.receiver.replays == 1)
        #expect(pair.sender.replays == 0)
    }

    @Test("sequence numbers wrap, many times, and the roll-over is counted on both ends", arguments: SRTPPair.profiles)
    func wraps(profile: SRTPProfile) throws {
        let pair = try SRTPPair(profile)
        var sequence: UInt16 = 30_000
        for _ in 0..<4000 {
            // Steps of 97: about six times around, with losses.
            #expect(pair.accepts(try pair.protected(sequence)))
            sequence &+= 97
        }
        // The same number in another round is another packet.
        let pairOfOne = try SRTPPair(profile)
        let before = try pairOfOne.protected(5)
        for step in UInt16(1)...6 { _ = try pairOfOne.protected(5 &+ step &* 10_922) }
        _ = try pairOfOne.protected(4)
        #expect(try pairOfOne.protected(5) != before)
    }

    @Test("packets around the wrap come in any order", arguments: SRTPPair.profiles)
    func reordersAroundWrap(profile: SRTPProfile) throws {
        let pair = try SRTPPair(profile)
        let numbers = (0..<200).map { UInt16(truncatingIfNeeded: 65_436 + $0) }
        let packets = try numbers.map { try pair.protected($0) }
        #expect(pair.accepts(packets[0]))
        var fuzzer = Fuzzer(seed: 5)
        for packet in packets.dropFirst().shuffled(using: &fuzzer) { #expect(pair.accepts(packet)) }
        for packet in packets { #expect(!pair.accepts(packet)) }
        #expect(pair.receiver.replays == 200)
        #expect(pair.receiver.authenticationFailures == 0)
    }

    @Test("RTP and RTCP of many senders do not disturb one another", arguments: SRTPPair.profiles)
    func manySenders(profile: SRTPProfile) throws {
        let pair = try SRTPPair(profile)
        for sequence in UInt16(65_530)...65_535 {
            for ssrc in UInt32(1)...8 {
                #expect(pair.accepts(try pair.protected(sequence &+ UInt16(ssrc), ssrc: ssrc)))
                var control = SRTPPair.rtcp(ssrc: ssrc)
                #expect(pair.sender.protectRTCP(&control))
                #expect(pair.acceptsControl(control))
            }
        }
    }
}
