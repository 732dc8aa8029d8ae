import TestSupport
import Testing
import Wire

@testable import RTC

/// When packets are asked for again, and how often they come twice, over short and long paths.
@Suite("Retransmission follows the round trip") struct RetransmissionTimingTests {
    /// What one side asked for: each number with the times, ms.
    private static func requests(of endpoint: RTPCallSimulation.Endpoint) throws -> [UInt16: [Double]] {
        var requests: [UInt16: [Double]] = [:]
        for (time, bytes) in endpoint.control {
            for case .negativeAcknowledgement(let nack) in try RTCPPacket.parse(bytes) {
                for number in nack.sequenceNumbers {
                    requests[number, default: []].append(Double(time.microseconds) / 1000)
                }
            }
        }
        return requests
    }

    private static func call(delay: Int, loss: Double, isHinted: Bool = true) -> RTPCallSimulation {
        var call = RTPCallSimulation(seed: UInt64(delay) + 7) { side, media in
            for index in media.indices { media[index].direction = side == .left ? .sendonly : .recvonly }
        }
        call.link.delay = .milliseconds(delay)
        call.link.jitter = .milliseconds(5)
        call.link.lossRate = loss
        for side in RTPCallSimulation.Side.allCases where isHinted {
            call[side].session.hintRoundTripTime(.milliseconds(2 * delay))
        }
        call.startVideo(.left)
        return call
    }

    @Test(
        "no packet is asked for twice within a round trip, hardly one comes twice, and none is asked for when it is too late",
        arguments: [25, 150, 400])
    func paths(delay: Int) throws {
        var call = Self.call(delay: delay, loss: 0.05)
        call.run(for: .seconds(20))
        let requests = try Self.requests(of: call[.right])
        let first = requests.values.flatMap { $0 }.count
        #expect(requests.count > 100, "\(requests.count) lost packets were asked for \(first) times")
        let shortest = requests.values.flatMap { zip($0, $0.dropFirst()).map { $1 - $0 } }.min() ?? .infinity
        #expect(shortest >= Double(2 * delay), "asked again after \(shortest) ms")
        // A second, or three round trips, from when it was missed.
        let longest = requests.values.compactMap { times in times.last.flatMap { last in times.first.map { last - $0 } }
        }
        #expect((longest.max() ?? 0) <= max(1000, 6 * Double(delay)) + 1)
        let sent = call.value("retransmittedPacketsSent", "outbound-rtp", .left, "v") ?? 0
        let padding = call.value("paddingPacketsSent", "outbound-rtp", .left, "v") ?? 0
        // Each lost packet once, and once more for those that were lost again: a twentieth, and late ones of key frames.
        #expect(sent - padding < Double(requests.count) * 1.12 + 2, "\(sent) for \(requests.count)")
        #expect(RTPCallSimulation.isDecodable(call[.right].video))
    }

    @Test("nothing is asked for more often than it can be answered while the round trip is unknown")
    func unknownRoundTrip() throws {
        for isHinted in [false, true] {
            var call = Self.call(delay: 400, loss: 0.05, isHinted: isHinted)
            call.run(for: .milliseconds(900))
            let requests = try Self.requests(of: call[.right])
            let most = requests.values.map(\.count).max() ?? 0
            #expect(most <= (isHinted ? 1 : 5), "\(most) times, \(isHinted)")
        }
    }

    @Test("what nobody sends again is given up after a second, on a long path after three round trips")
    func givesUp() {
        for (roundTrip, patience) in [(50, 1000), (800, 2400)] {
            var register = NACKRegister()
            for number: Int64 in [10, 13] {
                _ = register.record(number, isRetransmission: false, afterOutage: false, at: .zero)
            }
            var times: [Double] = []
            while let due = register.nextTimeout {
                let numbers = register.due(at: due, roundTripTime: .milliseconds(roundTrip))
                #expect(numbers == [11, 12] || register.nextTimeout == nil)
                if !numbers.isEmpty { times.append((due - .zero).inMilliseconds) }
            }
            #expect(register.missingCount == 0 && register.abandonedCount == 2)
            let gaps = zip(times, times.dropFirst()).map { $1 - $0 }
            #expect(gaps.allSatisfy { $0 >= Double(roundTrip) } && times.count > 2, "\(times)")
            #expect((times.last ?? 0) <= Double(patience), "\(times)")
        }
    }
}
