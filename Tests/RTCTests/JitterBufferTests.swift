import RTC
import Testing
import Wire

@Suite("Audio jitter buffer")
struct JitterBufferTests {
    /// 20 ms of SILK that says it carries error correction; the rest is the packet's number.
    private static func payload(_ number: Int, header: UInt8 = 0x08) -> [UInt8] {
        [header, UInt8(truncatingIfNeeded: number >> 8) & 0x3F | 0x40, UInt8(truncatingIfNeeded: number)]
    }

    private func insert(
        _ buffer: inout AudioJitterBuffer, _ number: Int, at arrival: Instant, timestamp: UInt32? = nil,
        header: UInt8 = 0x08, samples: Int = 960
    ) {
        Self.payload(number, header: header).withUnsafeBytes {
            buffer.insert(
                sequenceNumber: Int64(number + 1000),
                timestamp: timestamp ?? UInt32(truncatingIfNeeded: 0xFFFF_F000 + number * samples), payload: $0,
                arrival: arrival)
        }
    }

    private func number(_ slot: Int, in buffer: borrowing AudioJitterBuffer) -> Int {
        let payload = buffer.payload(at: slot)
        return payload.count < 3 ? -1 : Int(payload[1] & 0x3F) << 8 | Int(payload[2])
    }

    private func time(_ milliseconds: Int) -> Instant { .zero + .milliseconds(milliseconds) }

    @Test("nothing is played before the target delay, then packets come in order over timestamp wrap")
    func order() {
        var buffer = AudioJitterBuffer()
        #expect(buffer.next(at: time(0)).action == .silence)
        for (number, arrival) in [(1, 20), (0, 21)] { insert(&buffer, number, at: time(arrival)) }
        #expect(buffer.next(at: time(30)).action == .silence)
        for (number, arrival) in [(3, 60), (2, 61)] { insert(&buffer, number, at: time(arrival)) }
        var played: [Int] = []
        for step in 0..<4 {
            let decision = buffer.next(at: time(90 + step * 20))
            guard case .decode(let slot) = decision.action else { continue }
            #expect(decision.sampleCount == 960)
            played.append(number(slot, in: buffer))
        }
        #expect(played == [0, 1, 2, 3])
        #expect(buffer.next(at: time(170)).action == .conceal(.late))
    }

    @Test("a lost packet is recovered from the next one, two lost ones are concealed and recovered")
    func recovery() {
        var buffer = AudioJitterBuffer()
        for number in [0, 2, 5] { insert(&buffer, number, at: time(number * 20)) }
        var actions: [String] = []
        for step in 0..<7 {
            let decision = buffer.next(at: time(120 + step * 20))
            switch decision.action {
            case .decode(let slot): actions.append("decode \(number(slot, in: buffer))")
            case .forwardErrorCorrection(let slot): actions.append("recover \(number(slot, in: buffer) - 1)")
            case .conceal(let reason): actions.append("\(reason) \(decision.sampleCount)")
            case .silence: actions.append("silence")
            }
        }
        #expect(actions == ["decode 0", "recover 1", "decode 2", "lost 480", "lost 480", "recover 4", "decode 5"])
        #expect(buffer.statistics.concealedSamples == 960)
        #expect(buffer.statistics.concealmentEvents == 1)
        #expect(buffer.statistics.packetsRecovered == 2)
    }

    @Test("packets without error correction are concealed")
    func withoutErrorCorrection() {
        var buffer = AudioJitterBuffer()
        for number in [0, 2] { insert(&buffer, number, at: time(number * 20), header: 0xF8) }
        _ = buffer.next(at: time(100))
        for step in 0..<2 { #expect(buffer.next(at: time(120 + step * 10)).action == .conceal(.lost)) }
        guard case .decode = buffer.next(at: time(140)).action else {
            Issue.record("expected packet 2")
            return
        }
    }

    @Test("late and doubled packets are counted and dropped, nonsense too")
    func discards() {
        var buffer = AudioJitterBuffer()
        for number in [0, 2, 2] { insert(&buffer, number, at: time(number * 20)) }
        for step in 0..<3 { _ = buffer.next(at: time(100 + step * 20)) }
        insert(&buffer, 1, at: time(160))
        #expect(buffer.statistics.packetsDuplicated == 1)
        #expect(buffer.statistics.packetsDiscarded == 1)
        buffer.insert(
            sequenceNumber: 1003, timestamp: 0, payload: UnsafeRawBufferPointer(start: nil, count: 0),
            arrival: time(170))
        [UInt8](repeating: 8, count: 1501).withUnsafeBytes {
            buffer.insert(sequenceNumber: 1003, timestamp: 0, payload: $0, arrival: time(170))
        }
        #expect(buffer.statistics.packetsDiscarded == 3)
        #expect(buffer.packetCount == 0)
        #expect(buffer.payload(at: -1).count == 0)
        #expect(buffer.payload(at: 5000).count == 0)
    }

    @Test("discontinuous transmission is comfort noise, not loss, and speech goes on at its time")
    func discontinuous() {
        var buffer = AudioJitterBuffer()
        var now = 0
        for number in 0..<50 {
            insert(&buffer, number, at: time(number * 20))
            now = number * 20
        }
        // A last tiny packet, then one each 400 ms, then speech.
        let tiny: [UInt8] = [0x08]
        let start: UInt32 = 0xFFFF_F000 &+ 50 * 960
        for step in 0..<5 {
            tiny.withUnsafeBytes {
                buffer.insert(
                    sequenceNumber: Int64(1050 + step), timestamp: start &+ UInt32(step * 19_200), payload: $0,
                    arrival: time(1000 + step * 400))
            }
            while now < 1000 + step * 400 + 390 {
                let decision = buffer.next(at: time(now))
                now += decision.sampleCount / 48
            }
        }
        let concealed = buffer.statistics.concealedSamples
        for number in 55..<100 {
            insert(
                &buffer, number, at: time(3000 + (number - 55) * 20),
                timestamp: start &+ UInt32(96_000 + (number - 55) * 960))
            while now < 3000 + (number - 54) * 20 {
                let decision = buffer.next(at: time(now))
                now += decision.sampleCount / 48
                if case .decode(let slot) = decision.action { #expect(self.number(slot, in: buffer) <= number) }
            }
        }
        #expect(concealed < 4800, "\(concealed)")
        #expect(buffer.statistics.concealedSamples == concealed)
        #expect(buffer.averageDelay < .milliseconds(120))
    }

    @Test("a sender that restarts, or a source that changes, starts anew at once")
    func restart() {
        var buffer = AudioJitterBuffer()
        for number in 0..<20 { insert(&buffer, number, at: time(number * 20)) }
        _ = buffer.next(at: time(400))
        insert(&buffer, 50_000, at: time(420), timestamp: 17)
        #expect(buffer.packetCount == 1)
        insert(&buffer, 2, at: time(440), timestamp: 5)
        #expect(buffer.packetCount == 1)
        buffer.reset()
        #expect(buffer.packetCount == 0)
        #expect(buffer.next(at: time(500)).action == .silence)
        insert(&buffer, 9, at: time(510))
        guard case .decode = buffer.next(at: time(600)).action else {
            Issue.record("did not start again")
            return
        }
    }

    @Test("when nothing comes any more, playout ends in silence and starts again with the next packet")
    func stop() {
        var buffer = AudioJitterBuffer()
        for number in 0..<10 { insert(&buffer, number, at: time(number * 20)) }
        var now = 100
        var last = AudioDecision.Action.conceal(.late)
        while now < 5000 {
            let decision = buffer.next(at: time(now))
            last = decision.action
            now += decision.sampleCount / 48
        }
        #expect(last == .silence)
        #expect(buffer.statistics.concealedSamples <= 48_000)
        for number in 260..<270 { insert(&buffer, number, at: time(5000 + (number - 260) * 20)) }
        guard case .decode = buffer.next(at: time(5200)).action else {
            Issue.record("did not start again")
            return
        }
    }

    @Test("inserting numbers and times at random never traps and never leaves the bounds")
    func random() {
        var random = RandomSource.seeded(4)
        var buffer = AudioJitterBuffer()
        var now = 0
        for _ in 0..<30_000 {
            now += Int.random(in: 0...30, using: &random)
            let bytes = random.bytes(Int.random(in: 0...8, using: &random))
            let base: Int64 =
                Bool.random(using: &random) ? Int64(now / 20) : Int64.random(in: -9999...9999, using: &random)
            bytes.withUnsafeBytes {
                buffer.insert(
                    sequenceNumber: base, timestamp: UInt32(truncatingIfNeeded: random.next()), payload: $0,
                    arrival: time(now - Int.random(in: 0...500, using: &random)))
            }
            let decision = buffer.next(at: time(now))
            #expect((120...5760).contains(decision.sampleCount))
            if case .decode(let slot) = decision.action { #expect(buffer.payload(at: slot).count <= 8) }
        }
        #expect(buffer.packetCount <= AudioJitterBuffer.capacity)
        #expect(buffer.targetDelay <= .seconds(1))
    }
}
