import Testing
import Wire

@testable import RTC

/// Pictures over a path that loses packets, with and without forward error correction, in virtual time.
@Suite("Forward error correction of video")
struct VideoProtectionTests {
    struct Outcome {
        /// Of 900 pictures: those handed out more than 100 ms later than the path takes.
        var lateFrames = 0
        var frames = 0
        /// Gaps of more than 150 ms above the usual.
        var freezes = 0
        var protectionSent = 0.0
        var recovered = 0.0
        var discarded = 0.0
        /// Bytes of protection for each byte of anything.
        var overhead = 0.0
        var isDecodable = true
    }

    private static func call(isProtected: Bool, loss: Double, delay: Int, seed: UInt64 = 1) -> RTPCallSimulation {
        var call = RTPCallSimulation(seed: seed + UInt64(loss * 1000) + UInt64(delay)) { _, media in
            guard isProtected else { return }
            media[1].protection = NegotiatedProtection(
                redPayloadType: 118, redRTXPayloadType: 119, ulpfecPayloadType: 120)
        }
        call.link.lossRate = loss
        call.link.delay = .milliseconds(delay)
        call.link.jitter = .milliseconds(5)
        return call
    }

    static func outcome(isProtected: Bool, loss: Double, delay: Int) -> Outcome {
        var call = call(isProtected: isProtected, loss: loss, delay: delay)
        call.startVideo(.left)
        call.run(for: .seconds(30))
        var outcome = Outcome()
        let (frames, times) = (call[.right].video, call[.right].videoTimes)
        outcome.frames = frames.count
        for (frame, time) in zip(frames, times) {
            guard let (number, _) = RTPCallSimulation.numbers(of: frame) else { continue }
            let captured = Instant.zero + .microseconds(Int64(number - 1) * 33_333)
            if time - captured > .milliseconds(delay + 100) { outcome.lateFrames += 1 }
        }
        outcome.freezes = zip(times, times.dropFirst()).count { $1 - $0 > .milliseconds(183) }
        outcome.protectionSent = call.value("fecPacketsSent", "outbound-rtp", .left, "v") ?? 0
        outcome.recovered = call.value("fecPacketsRecovered", "inbound-rtp", .right, "v") ?? 0
        outcome.discarded = call.value("fecPacketsDiscarded", "inbound-rtp", .right, "v") ?? 0
        let sent = call.value("bytesSent", "outbound-rtp", .left, "v") ?? 1
        outcome.overhead = (call.value("fecBytesSent", "outbound-rtp", .left, "v") ?? 0) / sent
        outcome.isDecodable = RTPCallSimulation.isDecodable(frames)
        return outcome
    }

    @Test(
        "on a long path most of the late pictures come in time, and it costs no more than it may",
        arguments: [0.02, 0.05, 0.10])
    func longPath(loss: Double) {
        let plain = Self.outcome(isProtected: false, loss: loss, delay: 150)
        let protected = Self.outcome(isProtected: true, loss: loss, delay: 150)
        #expect(plain.lateFrames > 50 && plain.protectionSent == 0)
        #expect(protected.lateFrames < plain.lateFrames * 2 / 3, "\(protected.lateFrames) of \(plain.lateFrames)")
        #expect(protected.freezes < plain.freezes)
        #expect(protected.frames >= plain.frames * 19 / 20)
        #expect(protected.isDecodable && plain.isDecodable)
        #expect(protected.recovered > 20 && protected.overhead > 0.03 && protected.overhead < 0.35)
    }

    @Test(
        "on a short path, where what is lost is soon sent again, nothing is protected", arguments: [0.02, 0.05, 0.10])
    func shortPath(loss: Double) {
        let protected = Self.outcome(isProtected: true, loss: loss, delay: 15)
        #expect(protected.protectionSent == 0)
        #expect(protected.frames > 880 && protected.isDecodable)
    }

    @Test(
        "on a path of middling length, what would be lost twice is protected, where that is often",
        arguments: [0.05, 0.10])
    func middlingPath(loss: Double) {
        #expect(Self.outcome(isProtected: true, loss: 0.01, delay: 35).protectionSent == 0)
        let plain = Self.outcome(isProtected: false, loss: loss, delay: 35)
        let protected = Self.outcome(isProtected: true, loss: loss, delay: 35)
        #expect(protected.freezes * 2 < plain.freezes, "\(protected.freezes) of \(plain.freezes)")
        #expect(protected.isDecodable && protected.overhead < 0.35)
    }

    @Test("where nothing can be sent again, protection alone repairs most")
    func withoutRetransmission() {
        var call = RTPCallSimulation(seed: 77) { _, media in
            media[1].protection = NegotiatedProtection(
                redPayloadType: 118, redRTXPayloadType: 119, ulpfecPayloadType: 120)
            for index in media[1].codecs.indices { media[1].codecs[index].nack = false }
        }
        call.link.lossRate = 0.05
        call.link.delay = .milliseconds(10)
        call.startVideo(.left)
        call.run(for: .seconds(20))
        #expect((call.value("fecPacketsSent", "outbound-rtp", .left, "v") ?? 0) > 300)
        #expect((call.value("fecPacketsRecovered", "inbound-rtp", .right, "v") ?? 0) > 60)
        #expect(call.value("nackCount", "inbound-rtp", .right, "v") == 0)
        #expect(call[.right].video.count > 360, "\(call[.right].video.count) of 600")
        #expect(RTPCallSimulation.isDecodable(call[.right].video))
    }

    @Test("of two lost packets of a block each is in a group without the other, and bursts leave none without its own")
    func overlap() {
        var protection = VideoProtection()
        for loss in [0.1, 0.07, 0.04, 0.02] {
            protection.update(loss: loss, roundTripTime: .milliseconds(300), canRetransmit: true)
            for frame in [5, 9, 14] {
                var groups: [VideoProtection.Group] = []
                var next: Int64 = 100
                while groups.isEmpty {
                    groups = protection.groups(afterFrame: next..<(next + Int64(frame)), isKeyFrame: false)
                    next += Int64(frame)
                }
                let all = 100..<next
                #expect(Set(groups.flatMap(\.numbers)) == Set(all))
                let memberships = all.map { number in groups.indices.filter { groups[$0].numbers.contains(number) } }
                guard groups.count >= 3 else { continue }
                let neighbours = zip(memberships, memberships.dropFirst())
                #expect(neighbours.allSatisfy { $0 != $1 }, "\(memberships)")
                let pairs = memberships.count * (memberships.count - 1) / 2
                var alike = 0
                for (index, one) in memberships.enumerated() { alike += memberships[..<index].count { $0 == one } }
                #expect(alike * 10 <= pairs, "\(alike) of \(pairs) pairs")
            }
        }
    }

    @Test("without loss nothing is protected, however long the path; when the loss ends, so does the protection")
    func withoutLoss() {
        #expect(Self.outcome(isProtected: true, loss: 0, delay: 150).protectionSent == 0)
        var call = Self.call(isProtected: true, loss: 0.08, delay: 150)
        call.startVideo(.left)
        call.run(for: .seconds(15))
        let sent = call.value("fecPacketsSent", "outbound-rtp", .left, "v") ?? 0
        #expect(sent > 100)
        call.link.lossRate = 0
        call.run(for: .seconds(25))
        let then = call.value("fecPacketsSent", "outbound-rtp", .left, "v") ?? 0
        call.run(for: .seconds(10))
        #expect(call.value("fecPacketsSent", "outbound-rtp", .left, "v") == then)
        #expect(RTPCallSimulation.isDecodable(call[.right].video))
        #expect(call[.right].session.statistics(at: call.now).contains { $0["fecPacketsReceived"] != nil })
    }

    @Test("protection that is agreed on in an offer and its answer is that of both; where one has none, nobody has")
    func negotiation() throws {
        let fingerprint = DTLSFingerprint(algorithm: .sha256, bytes: [UInt8](repeating: 7, count: 32)).description
        func session(_ seed: UInt64) -> JSEPSession {
            JSEPSession(random: .seeded(seed), fingerprint: fingerprint, cname: "c")
        }
        func agree(_ change: (String) -> String) throws -> [NegotiatedProtection?] {
            var (caller, callee) = (session(1), session(2))
            caller.addTransceiver(.video, direction: .sendrecv)
            callee.addTransceiver(.video, direction: .sendrecv)
            let (name, password) = ("frag", "passwordpasswordpassword")
            let offer = try caller.createOffer(
                usernameFragment: name, password: password, candidates: [], endOfCandidates: true)
            try callee.setRemote(.offer, change(offer))
            let answer = try callee.createAnswer(
                usernameFragment: name, password: password, candidates: [], endOfCandidates: true)
            try caller.setRemote(.answer, answer)
            return [caller, callee].map { $0.negotiated?.media.first?.protection }
        }
        let both = try agree { $0 }
        let wanted = NegotiatedProtection(redPayloadType: 118, redRTXPayloadType: 119, ulpfecPayloadType: 120)
        #expect(both == [wanted, wanted])
        #expect(try agree { $0.replacingText("ulpfec/90000", "unknown/90000") } == [nil, nil])
    }

    @Test("protection of a stranger's making restores nothing that is not a packet, and keeps within its bounds")
    func hostile() {
        var call = Self.call(isProtected: true, loss: 0, delay: 20)
        var random = RandomSource.seeded(9)
        for number in 0..<4000 {
            var payload = [UInt8](repeating: 0, count: 40).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            payload[0] = number.isMultiple(of: 2) ? 120 : 96
            // No extension; a base not far off.
            payload[1] &= 0x7F
            (payload[3], payload[4]) = (UInt8(truncatingIfNeeded: number >> 8), UInt8(truncatingIfNeeded: number))
            (payload[11], payload[12]) = (0, payload[12] & 15)
            let header = RTPHeader(
                marker: number.isMultiple(of: 3), payloadType: 118, sequenceNumber: UInt16(number + 20 + number % 5),
                timestamp: UInt32(number * 900), ssrc: 77)
            call[.right].session.receiveRTP(
                RTPWriter.packet(header, extensions: [], payload: payload), at: .zero + .milliseconds(number))
            while call[.right].session.pollPacket(at: .zero + .milliseconds(number)) != nil {}
            while call[.right].session.pollEvent() != nil {}
        }
        #expect((call.value("fecPacketsReceived", "inbound-rtp", .right, "v") ?? 0) > 1000)
        #expect((call.value("fecPacketsDiscarded", "inbound-rtp", .right, "v") ?? 0) > 500)
    }
}

extension String {
    fileprivate func replacingText(_ old: String, _ new: String) -> String {
        guard let range = firstRange(of: old) else { return self }
        return replacingCharacters(in: range, with: new)
    }

    private func replacingCharacters(in range: Range<String.Index>, with new: String) -> String {
        String(self[..<range.lowerBound]) + new + String(self[range.upperBound...])
    }
}
