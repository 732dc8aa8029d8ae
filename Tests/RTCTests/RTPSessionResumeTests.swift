import Testing
import Wire

@testable import RTC

@Suite("RTP session") struct RTPSessionResumeTests {
    private func section(_ direction: TransceiverDirection) -> NegotiatedMedia {
        NegotiatedMedia(
            mid: "1", kind: .video, direction: direction,
            codecs: [NegotiatedCodec(name: "vp8", payloadType: 96, clockRate: 90_000)],
            extensions: HeaderExtensionIDs(), localSSRC: 1)
    }

    @Test("a section that stops sending and sends again goes on numbering", arguments: 1...20)
    func numbering(seed: UInt64) throws {
        var session = RTPSession(cname: "x", random: .seeded(seed), ntpOffset: 0)
        session.transportReady(at: .zero)
        var now = Instant.zero
        var numbers: [UInt16] = []
        for direction in [TransceiverDirection.sendrecv, .recvonly, .sendonly, .inactive, .sendrecv] {
            session.configure([section(direction)], at: now)
            now = now + .milliseconds(100)
            session.sendVideo(mid: "1", frame: [1, 2, 3], isKeyFrame: true, captureTime: now, at: now)
            while let packet = session.pollPacket(at: now) {
                if !packet.isRTCP { numbers.append(try RTPPacket(parsing: packet.bytes).sequenceNumber) }
            }
        }
        let first = try #require(numbers.first)
        #expect(numbers == [first, first &+ 1, first &+ 2])
    }
}
