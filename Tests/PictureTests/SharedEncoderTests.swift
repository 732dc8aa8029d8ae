import RTC
import Testing

@testable import Media

/// One picture for three correspondents.
@Suite("Several calls over one uplink") struct SharedEncoderTests {
    private static let way = LinkConditions(delay: .milliseconds(15))

    /// Kbit/s that arrived of each, and pictures a second, in a time.
    private static func run(
        _ call: SharedEncoderCall, seconds: Int
    ) throws -> (bitrates: [Double], rates: [Double]) {
        let before = call.legs.map { ($0.arrivedBytes, $0.shown.count) }
        try call.run(seconds: seconds)
        let bitrates = zip(call.legs, before).map { Double($0.arrivedBytes - $1.0) * 8 / 1000 / Double(seconds) }
        return (bitrates, zip(call.legs, before).map { Double($0.shown.count - $1.1) / Double(seconds) })
    }

    @Test("three share an uplink alike, and nearly always one encoder")
    func fair() throws {
        let uplink = LinkConditions(delay: .milliseconds(10), bitsPerSecond: 1_200_000, queueBytes: 45_000)
        let call = try SharedEncoderCall(uplink: uplink, paths: [Self.way, Self.way, Self.way], seed: 3)
        try call.run(seconds: 10)
        let sampled = call.running.count
        let (bitrates, rates) = try Self.run(call, seconds: 20)
        let mean = bitrates.reduce(0, +) / 3
        #expect(bitrates.allSatisfy { abs($0 - mean) < mean * 0.3 }, "\(bitrates)")
        #expect(mean * 3 > 700, "\(bitrates)")
        #expect(rates.allSatisfy { $0 > 12 }, "\(rates)")
        let running = call.running[sampled...]
        let share = Double(running.count { $0 == 1 }) / Double(running.count)
        #expect(share > 0.6, "one encoder for \(share) of the time; \(call.encoderCount) in all")
    }

    @Test("one poor path takes neither pictures nor sharpness from the others, and gets what it can carry")
    func poorPath() throws {
        let uplink = LinkConditions(delay: .milliseconds(10), bitsPerSecond: 10_000_000)
        let poor = LinkConditions(delay: .milliseconds(15), bitsPerSecond: 250_000, queueBytes: 10_000)
        let call = try SharedEncoderCall(uplink: uplink, paths: [Self.way, Self.way, poor], seed: 4)
        try call.run(seconds: 10)
        let began = call.encoderCount
        let (bitrates, rates) = try Self.run(call, seconds: 20)
        #expect(bitrates[0] > 700 && bitrates[1] > 700, "\(bitrates)")
        #expect(rates[0] > 27 && rates[1] > 27 && rates[2] > 10, "\(rates)")
        #expect(bitrates[2] > 100 && bitrates[2] < 260, "\(bitrates)")
        #expect(call.running.suffix(600).allSatisfy { $0 <= 2 })
        #expect(call.encoderCount - began <= 4, "\(call.encoderCount - began) changes of encoder")
    }
}
