import TestSupport
import Testing
import Wire

@testable import RTC

/// What the person at the other end can do, who has all keys: they may spoil what they send, and nothing else.
@Suite("A running call and a hostile far side") struct HostileCallerTests {
    private func packet(
        _ payload: [UInt8], type: UInt8, ssrc: UInt32, sequence: UInt16, first: UInt8 = 0x80, marker: Bool = false
    ) -> [UInt8] {
        var bytes: [UInt8] = [first, type | (marker ? 0x80 : 0)]
        bytes.write(sequence)
        bytes.write(UInt32(sequence) &* 3000)
        bytes.write(ssrc)
        return bytes + payload
    }

    // Resource exhaustion: a context for each SSRC that is made up (libsrtp's ssrc_any_inbound).
    @Test("3,000 signed packets of made-up sources cost bounded tables, and what we send goes on")
    func sourceFlood() throws {
        let call = try HostileCall(seed: 910)
        for index in 0..<3000 {
            let type: UInt8 = [111, 96, 97, 20][index % 4]
            call.deliver(rtp: packet([0x78, 1, 2, 3], type: type, ssrc: UInt32(1_000_000 + index), sequence: 7))
        }
        call.expectBounded()
        let before = call.call.caller.audio.count
        call.call.run(for: .seconds(3))
        #expect(call.call.caller.audio.count - before > 140)
        #expect(call.victim.connectionState == .connected)
    }

    // str0m #1029 and its like: CSRC count, extension length and padding that point past the end.
    @Test("header extensions, CSRC counts and padding that are all wrong")
    func headerExtensions() throws {
        let call = try HostileCall(seed: 911)
        var random = Fuzzer(seed: 911)
        var sequence: UInt16 = 0
        for profile: [UInt8] in [[0xBE, 0xDE], [0x10, 0x00], [0x10, 0x0F], [0, 0]] {
            for words in [0, 1, 3, 0xFFFF] as [UInt16] {
                for first in stride(from: UInt8(0x80), through: 0xBF, by: 1) {
                    sequence &+= 1
                    let body = profile + [UInt8(words >> 8), UInt8(words & 0xFF)] + random.bytes(16)
                    call.deliver(
                        rtp: packet(
                            body, type: [96, 97, 111][Int(sequence % 3)], ssrc: 77, sequence: sequence, first: first))
                }
            }
        }
        try call.expectUnharmed()
    }

    // CVE-2023-5217 and CVE-2023-44488 (libvpx) come through here: what is no VP8 must not get as far as a decoder.
    @Test("every first and second byte of a VP8 descriptor, cut anywhere")
    func videoDescriptors() throws {
        let call = try HostileCall(seed: 912)
        var random = Fuzzer(seed: 912)
        var sequence: UInt16 = 0
        for first in UInt8.min...UInt8.max {
            for second in stride(from: UInt8.min, through: 240, by: 16) {
                sequence &+= 1
                let payload = Array(([first, second] + random.bytes(6)).prefix(Int(random.next() % 9)))
                call.deliver(
                    rtp: packet(payload, type: 96, ssrc: 78, sequence: sequence, marker: random.next() % 2 == 0))
            }
        }
        call.expectBounded()
        for _ in 0..<5000 {
            // Far ahead, far behind, ever new frames that are never complete.
            let number = UInt16(truncatingIfNeeded: random.next())
            call.deliver(rtp: packet([0x90, 0xE0, 0x80, 1, 2, 3], type: 96, ssrc: 78, sequence: number))
            call.deliver(rtp: packet(random.bytes(3), type: 97, ssrc: 79, sequence: number))
        }
        try call.expectUnharmed()
    }

    // RTCP: REMB's and the reports' counts, chunks of transport feedback, lengths.
    @Test("RTCP of every type, count and length")
    func controlCounts() throws {
        let call = try HostileCall(seed: 913)
        var random = Fuzzer(seed: 913)
        let ours = try #require(call.victim.negotiated?.media.map(\.localSSRC))
        for type in UInt8(192)...223 {
            for count in UInt8(0)..<32 {
                for words in stride(from: 0, to: 12, by: 3) {
                    var bytes: [UInt8] = [0x80 | count, type, 0, UInt8(words)]
                    bytes.write(UInt32(5))
                    bytes.write(ours[words % ours.count])
                    bytes += random.bytes(words * 4)
                    call.deliver(rtcp: Array(bytes.prefix(4 + 4 * max(words, 1) + Int(random.next() % 5))))
                }
            }
        }
        call.expectBounded()
        for _ in 0..<3000 {
            // Losses that never were: we are asked for everything, again and again.
            var nack: [UInt8] = [0x81, 205, 0, 20]
            nack.write(UInt32(5))
            nack.write(ours[1])
            for _ in 0..<18 { nack += random.bytes(2) + [0xFF, 0xFF] }
            call.deliver(rtcp: nack)
        }
        #expect(call.takeTransmits().count < 5000, "the pacer decides how much is sent again")
        try call.expectUnharmed()
    }

    // Resource exhaustion by ICE checks that are signed: one far side, a thousand addresses.
    @Test("signed checks from a thousand addresses, and candidates without end")
    func checkFlood() throws {
        let call = try HostileCall(seed: 914)
        var random = Fuzzer(seed: 914)
        let credentials = call.victim.ice.localCredentials
        let name = Array("\(credentials.usernameFragment):\(call.attacker.ice.localCredentials.usernameFragment)".utf8)
        for index in 0..<1000 {
            let message = STUNMessage(
                .request, .binding, transaction: STUNTransactionID(using: &random),
                attributes: [.username(name), .priority(UInt32(index + 1)), .iceControlling(9), .useCandidate])
            call.deliver(
                message.serialized(integrityKey: credentials.key),
                from: TransportAddress(.v4(0x0B00_0000 | UInt32(index)), port: 9))
            let candidate = TrickledCandidate(
                candidate: "candidate:1 1 udp \(index + 1) 11.1.\(index >> 8).\(index & 255) 9 typ host", mid: "0",
                mLineIndex: 0, usernameFragment: nil)
            try call.victim.addICECandidate(candidate, at: call.call.now)
            _ = call.takeTransmits()
        }
        #expect(call.victim.ice.remote.count <= ICELimits.remoteCandidates)
        #expect(call.victim.ice.validated.count <= ICELimits.validatedPaths)
        call.expectBounded()
        // They nominated addresses that lead nowhere, which is their right; the true ones come back by their own checks.
        call.call.run(for: .seconds(5))
        call.expectBounded()
    }
}
