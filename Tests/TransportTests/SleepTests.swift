import NIOPosix
import RTC
import Synchronization
import Testing
import Wire

@testable import Transport

@Suite("A computer that sleeps") struct SleepTests {
    @Test("a host that has slept asks its far side at once")
    func sleeps() async throws {
        let asleep = Mutex(Duration.seconds(100))
        var options = TransportOptions()
        options.timeAsleep = { asleep.withLock { $0 } }
        let (ann, bob) = (SoundSide(), SoundSide())
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let one = try await ann.open(on: loop, addresses: [.v4(0x7F00_0001)], isPolite: false, options: options)
        let two = try await bob.open(on: loop, addresses: [.v4(0x7F00_0001)], isPolite: true)
        try await one.call(two)
        let speaking = PeerTransport.speak(one, two)
        try await until("sound") { ann.packets.load(ordering: .relaxed) > 10 }
        let requests = { () async throws -> Int64 in
            try await one.perform { peer, now in
                peer.statistics(at: now).compactMap { record -> Int64? in
                    if case .integer(let count)? = record["consentRequestsSent"] { count } else { nil }
                }.reduce(0, +)
            }
        }
        let before = try await requests()
        asleep.withLock { $0 += .seconds(3600) }
        try await until("a question") { try await requests() > before }
        let states = ann.states.withLock { $0 }
        #expect(!states.contains(.disconnected))
        speaking.cancel()
        await one.close()
        await two.close()
    }

    @Test("only a sleep counts as one, and only once")
    func sleepDetector() {
        var detector = SleepDetector(timeAsleep: .seconds(10))
        // The clocks are read one after the other: a little more, or less, is no sleep.
        let seconds: [Duration] = [
            .seconds(10) + .microseconds(30), .seconds(12), .seconds(12), .seconds(12) - .microseconds(30),
        ]
        #expect(seconds.map { detector.hasSlept($0) } == [false, true, false, false])
    }
}
