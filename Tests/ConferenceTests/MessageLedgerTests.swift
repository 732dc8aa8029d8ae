import Testing

@testable import Conference

@Suite("Message ledger") struct MessageLedgerTests {
    @Test("what is acknowledged is kept no longer, what is not is repeated in order")
    func acknowledgement() throws {
        var ledger = MessageLedger()
        for _ in 1...5 { _ = try ledger.number(.hangUp(.unspecified), of: "c") }
        ledger.acknowledge(3)
        #expect(ledger.waiting.map(\.number) == [4, 5])
        ledger.acknowledge(2)
        ledger.acknowledge(99)
        #expect(ledger.waiting.count == 2, "an old one and a wrong one mean nothing")
        #expect(try ledger.number(.hangUp(.unspecified), of: "c").number == 6)
        ledger.acknowledge(6)
        #expect(ledger.waiting.isEmpty)
    }

    @Test("each message is taken once, and none before its turn")
    func arrival() {
        var ledger = MessageLedger()
        #expect(ledger.receive(1) == .next)
        #expect(ledger.receive(1) == .again)
        #expect(ledger.receive(3) == .tooEarly)
        #expect(ledger.receive(2) == .next)
        #expect(ledger.receive(3) == .next)
        #expect(ledger.receive(.max) == .tooEarly)
        #expect(ledger.received == 3)
    }

    @Test("the far side is told after some messages, or with ours")
    func telling() {
        var ledger = MessageLedger()
        for number in 1...7 { _ = ledger.receive(UInt64(number)) }
        #expect(!ledger.isTellingDue)
        _ = ledger.receive(8)
        #expect(ledger.isTellingDue)
        #expect(ledger.tell() == 8)
        #expect(!ledger.isTellingDue)
    }

    @Test("what waits is bounded in number and in size")
    func bounds() throws {
        var ledger = MessageLedger()
        for _ in 0..<MessageLedger.limit { _ = try ledger.number(.hangUp(.unspecified), of: "c") }
        #expect(throws: SignalingError.self) { try ledger.number(.hangUp(.unspecified), of: "c") }
        ledger.acknowledge(1)
        _ = try ledger.number(.hangUp(.unspecified), of: "c")
        var large = MessageLedger()
        let sdp = String(repeating: "v", count: MessageLedger.sizeLimit / 2)
        _ = try large.number(.videoOffer(name: "", sdp: sdp), of: "c")
        #expect(throws: SignalingError.self) { try large.number(.videoOffer(name: "", sdp: sdp), of: "c") }
        large.acknowledge(1)
        _ = try large.number(.videoOffer(name: "", sdp: sdp), of: "c")
    }
}
