import RTC
import TestSupport
import Testing
import Wire

/// Every test with an SCTP association is in here: usrsctp's timers are one for the process, so these run one after the other.
/// One that runs minutes of its own time beside another makes that one's association give up (five repeats, 12.6 s).
@Suite("SCTP", .serialized) enum SCTPTests {}

extension SCTPTests {
    @Suite("Data channels") struct DataChannelTests {
        private func connected(seed: UInt64, conditions: LinkConditions = .localNetwork) throws -> SimulatedCall {
            let call = try SimulatedCall(seed: seed, conditions: conditions)
            try call.caller.peer.openDataChannel(DataChannelOptions(label: "talk"), at: call.now)
            try call.connect(data: true)
            call.run(for: .seconds(3))
            return call
        }

        private func opened(_ side: SimulatedCall.Side) -> [(id: Int, options: DataChannelOptions)] {
            side.channelEvents.compactMap { if case .opened(let id, let options) = $0 { (id, options) } else { nil } }
        }

        @Test("a channel opens on both sides with its label, and carries text and bytes both ways")
        func carries() throws {
            let call = try connected(seed: 1)
            let ours = try #require(opened(call.caller).first)
            let theirs = try #require(opened(call.called).first)
            #expect(ours.id == theirs.id && theirs.options.label == "talk")
            try call.caller.peer.send(text: "hello", on: ours.id, at: call.now)
            try call.caller.peer.send(text: "", on: ours.id, at: call.now)
            try call.called.peer.send(binary: [1, 2, 3], on: theirs.id, at: call.now)
            try call.called.peer.send(binary: [], on: theirs.id, at: call.now)
            call.run(for: .seconds(1))
            #expect(call.called.channelEvents.contains(.text(id: theirs.id, "hello")))
            #expect(call.called.channelEvents.contains(.text(id: theirs.id, "")))
            #expect(call.caller.channelEvents.contains(.binary(id: ours.id, [1, 2, 3])))
            #expect(call.caller.channelEvents.contains(.binary(id: ours.id, [])))
        }

        @Test("both sides may open channels, and their numbers differ by DTLS role")
        func opensFromBothSides() throws {
            let call = try connected(seed: 2)
            try call.called.peer.openDataChannel(
                DataChannelOptions(label: "back", isOrdered: false, maxRetransmits: 3), at: call.now)
            call.run(for: .seconds(1))
            let back = try #require(opened(call.caller).first { $0.options.label == "back" })
            let talk = try #require(opened(call.caller).first { $0.options.label == "talk" })
            #expect(back.id % 2 != talk.id % 2)
            #expect(!back.options.isOrdered && back.options.maxRetransmits == 3)
        }

        @Test("a large message arrives whole over a lossy network, one too large is refused")
        func largeMessage() throws {
            let call = try connected(
                seed: 3, conditions: LinkConditions(loss: 0.02, delay: .milliseconds(10), bitsPerSecond: 50_000_000))
            let channel = try #require(opened(call.caller).first)
            let message = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 / 251) }
            try call.caller.peer.send(binary: message, on: channel.id, at: call.now)
            call.run(for: .seconds(20))
            #expect(call.called.channelEvents.contains(.binary(id: channel.id, message)))
            #expect(throws: DataChannelError.messageTooLarge(limit: 262_144)) {
                try call.caller.peer.send(binary: [UInt8](repeating: 0, count: 262_145), on: channel.id, at: call.now)
            }
        }

        @Test("closing is seen by both sides, and nothing can be sent any more")
        func closes() throws {
            let call = try connected(seed: 4)
            let channel = try #require(opened(call.caller).first)
            call.caller.peer.closeDataChannel(channel.id, at: call.now)
            call.run(for: .seconds(2))
            #expect(call.called.channelEvents.contains(.closed(id: channel.id)))
            #expect(call.caller.channelEvents.contains(.closed(id: channel.id)))
            #expect(throws: DataChannelError.notOpen) {
                try call.caller.peer.send(text: "late", on: channel.id, at: call.now)
            }
        }

        @Test("more channels than allowed are refused")
        func capsChannels() throws {
            let call = try connected(seed: 5)
            var refused = 0
            for index in 0..<400 {
                do {
                    try call.caller.peer.openDataChannel(DataChannelOptions(label: "\(index)"), at: call.now)
                } catch { refused += 1 }
            }
            #expect(refused > 100)
        }

        @Test("malformed openings are refused, never a crash")
        func refusesMalformed() throws {
            var random = RandomSource.seeded(6)
            let valid = DCEPMessage.open(label: "l", protocolName: "p", isOrdered: true, .retransmissions(2)).bytes
            #expect(
                try DCEPMessage(parsing: valid)
                    == .open(label: "l", protocolName: "p", isOrdered: true, .retransmissions(2)))
            for count in 0..<valid.count {
                #expect(throws: WireError.self) { try DCEPMessage(parsing: Array(valid.prefix(count))) }
            }
            for _ in 0..<2000 { _ = try? DCEPMessage(parsing: random.bytes(Int(random.next() % 40))) }
        }
    }
}
