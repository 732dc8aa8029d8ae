import RTC
import TestSupport
import Testing

@Suite("SRTP: forged, repeated and broken packets") struct SRTPHostileTests {
    @Test("a packet is taken once, whenever it comes again", arguments: SRTPPair.profiles)
    func replays(profile: SRTPProfile) throws {
        let pair = try SRTPPair(profile)
        let packets = try (0..<50).map { try pair.protected($0) }
        for packet in packets { #expect(pair.accepts(packet)) }
        for packet in packets.reversed() { #expect(!pair.accepts(packet)) }
        #expect(pair.receiver.replays == 50)
        var control = SRTPPair.rtcp()
        #expect(pair.sender.protectRTCP(&control))
        #expect(pair.acceptsControl(control))
        #expect(!pair.acceptsControl(control))
        #expect(pair.receiver.replays == 51)
        #expect(pair.receiver.authenticationFailures == 0)
        #expect(pair.accepts(try pair.protected(50)))
    }

    @Test("a change of any bit is noticed, counted, and does the real packet no harm", arguments: SRTPPair.profiles)
    func tamperedMedia(profile: SRTPProfile) throws {
        let pair = try SRTPPair(profile)
        var sequence: UInt16 = 1000
        #expect(pair.accepts(try pair.protected(sequence)))
        let count = try pair.protected(sequence).count
        for index in 0..<count {
            for bit in 0..<8 {
                sequence += 1
                let packet = try pair.protected(sequence)
                var forged = packet
                forged[index] ^= 1 << UInt8(bit)
                let before = pair.receiver.authenticationFailures + pair.receiver.replays
                #expect(!pair.accepts(forged), "byte \(index), bit \(bit)")
                #expect(pair.receiver.authenticationFailures + pair.receiver.replays == before + 1)
                #expect(pair.accepts(packet), "after byte \(index), bit \(bit)")
            }
        }
    }

    @Test("a change of any bit of RTCP is noticed, too", arguments: SRTPPair.profiles)
    func tamperedControl(profile: SRTPProfile) throws {
        let pair = try SRTPPair(profile)
        let plain = SRTPPair.rtcp() + [1, 2, 3, 4]
        for index in 0..<(plain.count + pair.tag + 4) {
            for bit in 0..<8 {
                var packet = plain
                try #require(pair.sender.protectRTCP(&packet))
                var forged = packet
                forged[index] ^= 1 << UInt8(bit)
                let before = pair.receiver.authenticationFailures + pair.receiver.replays
                #expect(!pair.acceptsControl(forged), "byte \(index), bit \(bit)")
                #expect(pair.receiver.authenticationFailures + pair.receiver.replays == before + 1)
                #expect(pair.acceptsControl(packet), "after byte \(index), bit \(bit)")
            }
        }
    }

    @Test("another key opens nothing, and RTP is not taken for RTCP", arguments: SRTPPair.profiles)
    func wrongKey(profile: SRTPProfile) throws {
        let pair = try SRTPPair(profile, receiverKey: 9)
        for sequence in UInt16(0)..<20 { #expect(!pair.accepts(try pair.protected(sequence))) }
        var control = SRTPPair.rtcp()
        #expect(pair.sender.protectRTCP(&control))
        #expect(!pair.acceptsControl(control))
        #expect(pair.receiver.authenticationFailures == 21)
        let right = try SRTPPair(profile)
        #expect(!right.acceptsControl(try right.protected(1)))
        #expect(right.accepts(try right.protected(1)))
    }

    @Test("keys of a wrong length are refused", arguments: SRTPPair.profiles)
    func wrongKeyLength(profile: SRTPProfile) {
        for (key, salt) in [(15, 12), (17, 14), (16, 11), (16, 13), (16, 15), (0, 0), (32, 14)] {
            #expect(throws: CryptographyError.self) {
                try SRTPSession(
                    profile: profile, key: [UInt8](repeating: 1, count: key), salt: [UInt8](repeating: 1, count: salt),
                    direction: .inbound)
            }
        }
    }

    @Test("a packet older than the window of 1024 is dropped, one within it is not", arguments: SRTPPair.profiles)
    func oldPackets(profile: SRTPProfile) throws {
        let pair = try SRTPPair(profile)
        let packets = try (0..<2100).map { try pair.protected($0) }
        #expect(pair.accepts(packets[0]))
        #expect(pair.accepts(packets[2000]))
        #expect(pair.accepts(packets[1000]))
        #expect(!pair.accepts(packets[900]))
        #expect(pair.receiver.replays == 1)
        #expect(pair.accepts(packets[2099]))
    }

    @Test("what is too short, of another version, or too long is dropped on both ends", arguments: SRTPPair.profiles)
    func lengths(profile: SRTPProfile) throws {
        let pair = try SRTPPair(profile)
        let packet = try pair.protected(1)
        var control = SRTPPair.rtcp()
        #expect(pair.sender.protectRTCP(&control))
        for count in 0..<packet.count { #expect(!pair.accepts(Array(packet.prefix(count)))) }
        for count in 0..<control.count { #expect(!pair.acceptsControl(Array(control.prefix(count)))) }
        #expect(pair.receiver.authenticationFailures == packet.count + control.count)
        let huge = [0x80, 111] + [UInt8](repeating: 0, count: 70_000)
        #expect(!pair.accepts(huge) && !pair.acceptsControl(huge))
        #expect(pair.accepts(packet) && pair.acceptsControl(control))
        for bad in [[], [0x80], [UInt8](repeating: 0x80, count: 7), [UInt8](repeating: 0, count: 40), huge] {
            var (media, report) = (bad, bad)
            #expect(!pair.sender.protectRTP(&media))
            #expect(!pair.sender.protectRTCP(&report))
        }
        // Fifteen contributing sources, and an extension of 65535 words, that are not there.
        for head: [UInt8] in [[0x8F, 111], [0x90, 111]] {
            var media = head + [UInt8](repeating: 0xFF, count: 14)
            #expect(!pair.sender.protectRTP(&media))
        }
        #expect(pair.accepts(try pair.protected(2)))
    }

    @Test("ten thousand random or damaged packets are dropped, and the stream goes on", arguments: SRTPPair.profiles)
    func garbage(profile: SRTPProfile) throws {
        let pair = try SRTPPair(profile)
        var fuzzer = Fuzzer(seed: 11)
        #expect(pair.accepts(try pair.protected(0)))
        for round in 0..<10_000 {
            let real = try pair.protected(UInt16(1 + round))
            var bytes = real
            if round % 3 == 0 {
                bytes = fuzzer.bytes(Int(fuzzer.next() % 120))
                if !bytes.isEmpty { bytes[0] = 0x80 | bytes[0] & 0x3F }
            } else {
                fuzzer.damage(&bytes)
            }
            if bytes != real {
                #expect(!pair.accepts(bytes))
                #expect(!pair.acceptsControl(bytes))
            }
            if round % 10 == 0 { #expect(pair.accepts(real)) }
        }
        #expect(pair.receiver.authenticationFailures > 10_000)
    }

    @Test("a new sender takes the place of the longest silent, whose packets stay away", arguments: SRTPPair.profiles)
    func senderCap(profile: SRTPProfile) throws {
        let pair = try SRTPPair(profile)
        for ssrc in UInt32(5000)..<6000 {
            var forged = try pair.protected(1, ssrc: ssrc)
            forged[forged.count - 1] ^= 1
            #expect(!pair.accepts(forged))
        }
        let cap = UInt32(SRTPSession.senderCap)
        let recorded = try (0..<cap).map { try pair.protected(1, ssrc: $0) }
        for packet in recorded { #expect(pair.accepts(packet)) }
        // The first speaks again, so the second is the oldest.
        #expect(pair.accepts(try pair.protected(2, ssrc: 0)))
        #expect(pair.accepts(try pair.protected(1, ssrc: cap)))
        #expect(pair.accepts(try pair.protected(3, ssrc: 0)))
        #expect(!pair.accepts(try pair.protected(2, ssrc: 1)))
        for packet in recorded { #expect(!pair.accepts(packet)) }
        // However many a call brings along, the latest are heard, up to what can be remembered.
        let last = cap + UInt32(SRTPSession.retiredCap)
        for ssrc in (cap + 1)..<last { #expect(pair.accepts(try pair.protected(1, ssrc: ssrc))) }
        #expect(!pair.accepts(try pair.protected(1, ssrc: last)))
        #expect(pair.accepts(try pair.protected(2, ssrc: last - 1)))
    }

    @Test("RTP whose type looks like RTCP's is noted by its own sender")
    func confusingPayloadType() throws {
        let pair = try SRTPPair(.aeadAES128GCM)
        // Marker and payload type 73: the second byte is a receiver report's.
        for number in UInt8(0)..<200 {
            var packet = SRTPPair.rtp(UInt16(number))
            packet[1] = 201
            packet[5] = number
            try #require(pair.sender.protectRTP(&packet))
            #expect(pair.accepts(packet), "each with another time stamp, number \(number)")
        }
    }
}
