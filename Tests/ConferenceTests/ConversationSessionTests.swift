import RTC
import Testing

@testable import Conference

@Suite("Conversation session")
struct ConversationSessionTests {
    private func numbers(_ range: Range<Int>) -> [[UInt8]] { range.map { [UInt8($0 & 255), UInt8($0 >> 8)] } }

    @Test("messages both ways arrive in order, and each side knows that the other has them")
    func plain() {
        var pair = ConversationPair(seed: 1)
        pair.link()
        for number in numbers(0..<200) {
            for index in 0...1 {
                pair.sides[index].write(number, at: pair.now)
                pair.send(from: index)
            }
        }
        pair.run(for: .seconds(10))
        for side in pair.sides {
            #expect(side.received == numbers(0..<200))
            #expect(side.acknowledged == 200)
            #expect(side.disk.pending.isEmpty)
            #expect(side.violations.isEmpty)
        }
    }

    @Test("what was written without a way goes as soon as there is one")
    func offline() {
        var pair = ConversationPair(seed: 2)
        for number in numbers(0..<50) { pair.sides[0].write(number, at: pair.now) }
        pair.run(for: .seconds(100))
        #expect(pair.sides[1].received.isEmpty)
        pair.link()
        pair.run(for: .seconds(5))
        #expect(pair.sides[1].received == numbers(0..<50))
    }

    @Test(
        "over a way that loses, breaks, and with either side killed at any moment: each once, in order",
        arguments: 0..<40)
    func hostile(seed: UInt64) {
        var pair = ConversationPair(seed: seed)
        var random = RandomSource.seeded(seed &* 77 &+ 5)
        pair.loss = 0.2
        pair.link()
        for (count, number) in numbers(0..<120).enumerated() {
            for index in 0...1 {
                pair.sides[index].write(number, at: pair.now, isKilledBeforeSending: random.fraction() < 0.05)
                pair.send(from: index)
            }
            let chance = random.fraction()
            if chance < 0.1 {
                pair.run(for: .seconds(1), killing: count % 2)
                pair.link()
            } else if chance < 0.2 {
                pair.cut()
                for index in 0...1 where random.fraction() < 0.5 { pair.sides[index].restart() }
                pair.link()
            } else {
                pair.run(for: .milliseconds(Int(random.fraction() * 400)))
            }
        }
        pair.cut()
        pair.link()
        pair.run(for: .seconds(600))
        for side in pair.sides {
            #expect(side.received == numbers(0..<120))
            #expect(side.disk.pending.isEmpty)
            #expect(side.violations.isEmpty)
        }
    }

    @Test("a sender with an older memory than the receiver counts anew, and nothing new is taken for old")
    func restoredSender() {
        var pair = ConversationPair(seed: 3)
        pair.link()
        let backup = pair.sides[0].disk
        for number in numbers(0..<10) { pair.sides[0].write(number, at: pair.now) }
        pair.send(from: 0)
        pair.run(for: .seconds(1))
        pair.cut()
        pair.sides[0].restore(backup)
        for number in numbers(10..<13) { pair.sides[0].write(number, at: pair.now) }
        pair.link()
        pair.run(for: .seconds(5))
        #expect(pair.sides[1].received == numbers(0..<13))
        #expect(pair.sides[0].disk.pending.isEmpty)
    }

    @Test("a receiver that has forgotten everything goes on from where the sender is")
    func forgetfulReceiver() {
        var pair = ConversationPair(seed: 4)
        pair.link()
        for number in numbers(0..<10) { pair.sides[0].write(number, at: pair.now) }
        pair.send(from: 0)
        pair.run(for: .seconds(1))
        pair.cut()
        pair.sides[1] = ConversationSide(seed: 99)
        pair.link()
        pair.sides[0].write([7, 7], at: pair.now)
        pair.send(from: 0)
        pair.run(for: .seconds(5))
        #expect(pair.sides[1].received == [[7, 7]])
    }

    @Test("a message sent too early comes again after the delay; one that is unacceptable is given up")
    func refusals() {
        var pair = ConversationPair(seed: 5)
        pair.link()
        pair.run(for: .seconds(1))
        pair.sides[1].refusesNext = .tooFast
        for number in numbers(0..<3) { pair.sides[0].write(number, at: pair.now) }
        pair.send(from: 0)
        pair.run(for: .milliseconds(500))
        #expect(pair.sides[1].received.isEmpty)
        pair.run(for: .seconds(2))
        #expect(pair.sides[1].received == numbers(0..<3))
        pair.sides[1].refusesNext = .unacceptable
        for number in numbers(3..<5) { pair.sides[0].write(number, at: pair.now) }
        pair.send(from: 0)
        pair.run(for: .seconds(2))
        #expect(pair.sides[1].received == numbers(0..<3) + numbers(4..<5))
        #expect(pair.sides[0].refusals.map(\.reason) == [.tooFast, .unacceptable])
        #expect(pair.sides[0].disk.pending.isEmpty)
    }

    @Test("an acknowledgement of what was never sent is a violation; a transient is never sent again")
    func violation() {
        var pair = ConversationPair(seed: 6)
        pair.link()
        pair.run(for: .seconds(1))
        let epoch = pair.sides[0].session.position.epoch
        pair.sides[0].session.receive(.acknowledgement(epoch: epoch, sequence: 9), at: pair.now)
        _ = pair.sides[0].settle()
        #expect(pair.sides[0].violations.count == 1)
    }

    @Test("frames survive the wire; those that are cut short or garbage are errors or passed over, never a crash")
    func frames() throws {
        var random = RandomSource.seeded(9)
        let id = ConversationIdentifier.random(&random)
        let frames: [ConversationFrame] = [
            .hello(.init(epoch: id, first: 3, receivedEpoch: nil, received: 0, isAnswer: true, introduction: [1, 2])),
            .hello(.init(epoch: id, first: 1, receivedEpoch: id, received: .max, isAnswer: false, introduction: [])),
            .message(ConversationMessage(id: id, sequence: .max, payload: [0, 255])),
            .acknowledgement(epoch: id, sequence: 12), .transient([]), .resume,
            .refusal(ConversationRefusal(sequence: 4, reason: .notAccepted, delay: .milliseconds(1500))),
        ]
        for frame in frames {
            #expect(try ConversationFrame.parse(frame.bytes) == frame)
            for count in 0..<frame.bytes.count { _ = try? ConversationFrame.parse(Array(frame.bytes.prefix(count))) }
        }
        #expect(throws: ConversationError.self) { try ConversationFrame.parse([]) }
        #expect(try ConversationFrame.parse([200, 1]) == nil)
        var session = ConversationSession(position: .init(epoch: id), pending: [], random: random.fork())
        session.linked(at: .zero)
        for round in 0..<20_000 {
            var bytes = frames[round % frames.count].bytes
            bytes[Int(random.next() % UInt64(bytes.count))] ^= UInt8(truncatingIfNeeded: random.next())
            if let frame = try? ConversationFrame.parse(bytes) { session.receive(frame, at: .zero) }
            while let output = session.poll() { if case .deliver = output { session.committed() } }
        }
        #expect(ConversationIdentifier("\(id)") == id)
        #expect(ConversationIdentifier("+0000000000000000000000000000000") == nil)
    }
}
