import Testing
import Wire

@Suite("Transport-wide feedback")
struct TransportCCFeedbackTests {
    private func roundTrip(_ arrivals: [TransportFeedback.Arrival]) throws -> [TransportFeedback.Arrival] {
        let feedback = TransportFeedback(
            senderSSRC: 1, mediaSSRC: 2, baseSequenceNumber: 100, referenceTime: 1000, feedbackCount: 1,
            arrivals: arrivals)
        guard
            case .transportFeedback(let read)? = try RTCPPacket.parse(
                RTCPPacket.serialize([.transportFeedback(feedback)])
            ).first
        else { return [] }
        return read.arrivals
    }

    @Test("lists of every shape survive: runs, vectors and their borders")
    func shapes() throws {
        var random = RTPTestRandom(seed: 3)
        var lists: [[TransportFeedback.Arrival]] = [
            Array(repeating: .lost, count: 3000) + [.receivedAfter(1)],
            Array(repeating: .receivedAfter(255), count: 14),
            Array(repeating: .receivedAfter(256), count: 7),
            (0..<29).map { $0.isMultiple(of: 2) ? .lost : .receivedAfter(3) },
            [.receivedAfter(.max), .receivedAfter(.min), .received],
        ]
        for _ in 0..<500 {
            lists.append(
                (0..<Int.random(in: 1..<120, using: &random)).map { _ in
                    switch Int.random(in: 0..<12, using: &random) {
                    case 0..<2: .lost
                    case 2: .received
                    case 3: .receivedAfter(Int16.random(in: -3000...3000, using: &random))
                    default: .receivedAfter(Int16.random(in: 0...255, using: &random))
                    }
                })
        }
        for list in lists { #expect(try roundTrip(list) == list) }
    }

    @Test("a feedback packet in the draft's own layout is read")
    func fixture() throws {
        // Base 5, 7 packets, reference time 2, count 3; one-bit vector 1101110 0..., then small deltas, then padding.
        let bytes: [UInt8] = [
            0x8F, 205, 0, 6, 0, 0, 0, 1, 0, 0, 0, 2, 0, 5, 0, 7, 0, 0, 2, 3, 0xB7, 0x00, 4, 8, 12, 16, 20, 0,
        ]
        guard case .transportFeedback(let feedback)? = try RTCPPacket.parse(bytes).first else {
            Issue.record("no feedback")
            return
        }
        #expect(feedback.baseSequenceNumber == 5 && feedback.referenceTime == 2 && feedback.feedbackCount == 3)
        #expect(
            feedback.arrivals == [
                .receivedAfter(4), .receivedAfter(8), .lost, .receivedAfter(12), .receivedAfter(16), .receivedAfter(20),
                .lost,
            ])
    }

    @Test("a run of length zero and a count over the cap are refused")
    func hostile() throws {
        var bytes: [UInt8] = [0x8F, 205, 0, 5, 0, 0, 0, 1, 0, 0, 0, 2, 0, 5, 0, 7, 0, 0, 2, 3, 0, 0, 0, 0]
        #expect(try RTCPPacket.parse(bytes).isEmpty)
        bytes[14] = 0xFF
        bytes[20] = 0x1F
        bytes[21] = 0xFF
        #expect(try RTCPPacket.parse(bytes).isEmpty)
    }
}
