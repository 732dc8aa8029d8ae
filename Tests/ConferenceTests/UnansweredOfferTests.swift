import Media
import RTC
import Testing

@testable import Conference

/// Offers in mid-call that the far side drops, as a page does that takes one for a glare.
@MainActor @Suite("Offers without an answer", .serialized) struct UnansweredOfferTests {
    /// Whether the next description that comes is an offer; nil when none does.
    private func nextIsOffer(on page: SignalingConnection) async -> Bool? {
        for await event in page.events {
            guard case .message(let envelope) = event else { return nil }
            switch envelope.message {
            case .videoOffer: return true
            case .videoAnswer: return false
            default: continue
            }
        }
        return nil
    }

    @Test("after a glare, an offer that an impolite page drops is made again, and the change gets through")
    func droppedAfterGlare() async throws {
        let bob = try await Instance.start("Bob") { $0.timing.answer = .seconds(1) }
        let eve = try await Instance.start("Eve")
        let page = try await eve.dial(bob)
        try page.send(.videoOffer(name: "Eve", sdp: "v=0\r\noffer 1\r\n"))
        try await bob.wait(.incoming)
        bob.stream.accept()
        #expect(await nextIsOffer(on: page) == false)
        try await bob.wait(.connected)
        // Both change at once. The page is impolite: it drops Bob's offer, and gets an answer to its own.
        bob.stream.outgoing = .audio
        #expect(await nextIsOffer(on: page) == true)
        try page.send(.videoOffer(name: "Eve", sdp: "v=0\r\noffer 2\r\n"))
        #expect(await nextIsOffer(on: page) == false)
        // It is still taking that when Bob's next one arrives, and drops it too.
        #expect(await nextIsOffer(on: page) == true)
        #expect(await nextIsOffer(on: page) == true)
        try page.send(.videoAnswer(name: "Eve", sdp: "v=0\r\nanswer\r\n"))
        try await until("it is taken") { bob.media.last?.calls.contains("applyAnswer") ?? false }
        try await until("it is settled") { bob.stream.call?.renegotiation.state == .stable }
        #expect(bob.stream.state == .connected)
        page.close()
        await bob.stop()
        await eve.stop()
    }

    @Test("of two impolite sides the one that waits no longer gives way, and both changes get through")
    func bothImpolite() async throws {
        let ann = try await Instance.start("Ann") { $0.timing.answer = .seconds(1) }
        let bob = try await Instance.start("Bob")
        try await ann.call(bob)
        bob.stream.call?.renegotiation = Renegotiation(isPolite: false)
        ann.stream.outgoing = .audio
        bob.stream.outgoing = .video
        try await until("each has the other's") {
            ann.media.last?.calls.contains { $0.hasPrefix("createAnswer") } ?? false
                && bob.media.last?.calls.filter { $0.hasPrefix("createAnswer") }.count == 2
        }
        try await until("it is settled") {
            [ann, bob].allSatisfy { $0.stream.call?.renegotiation.state == .stable }
        }
        #expect(ann.media.last?.calls.contains("withdrawOffer") == true)
        #expect(ann.stream.state == .connected && bob.stream.state == .connected)
        await ann.stop()
        await bob.stop()
    }
}
