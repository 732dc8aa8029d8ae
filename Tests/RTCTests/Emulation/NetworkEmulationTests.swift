import RTC
import Testing

@Suite("Network emulation")
struct NetworkEmulationTests {
    private func arrivals(_ conditions: LinkConditions?, count: Int = 1000, gap: Int64 = 1000) -> [(Int, Instant)] {
        var path = EmulatedPath<Int>(random: .seeded(5))
        path.conditions = conditions
        var arrived: [(Int, Instant)] = []
        for number in 0..<count {
            let now = Instant(microseconds: Int64(number) * gap)
            while let next = path.nextRelease, next <= now, let datagram = path.release(at: next) {
                arrived.append((datagram, next))
            }
            path.send(number, byteCount: 1000, at: now)
        }
        while let next = path.nextRelease, let datagram = path.release(at: next) { arrived.append((datagram, next)) }
        return arrived
    }

    @Test("a delay holds every datagram back for as long, and none overtakes another")
    func delay() {
        let arrived = arrivals(LinkConditions(delay: .milliseconds(80), jitter: .milliseconds(30)))
        #expect(arrived.map(\.0) == Array(0..<1000))
        for (number, time) in arrived {
            let delay = time - Instant(microseconds: Int64(number) * 1000)
            #expect(delay >= .milliseconds(50) && delay <= .milliseconds(140))
        }
    }

    @Test("the share that is lost is the one asked for, in bursts as long as asked for", arguments: [1.0, 4])
    func loss(burst: Double) {
        let arrived = arrivals(LinkConditions(loss: 0.2, lossBurst: burst), count: 20_000).map(\.0)
        #expect((0.17...0.23).contains(1 - Double(arrived.count) / 20_000))
        let holes = zip(arrived, arrived.dropFirst()).map { $1 - $0 - 1 }.filter { $0 > 0 }
        let mean = Double(holes.reduce(0, +)) / Double(holes.count)
        #expect(burst == 1 ? mean < 1.4 : (3.2...4.8).contains(mean))
    }

    @Test("a bottleneck lets through its rate and no more")
    func rate() {
        var conditions = LinkConditions()
        conditions.setRate(kilobits: 1000)
        // 8 Mbit/s for one second.
        let arrived = arrivals(conditions)
        let seconds = Double((arrived.last?.1.microseconds ?? 0) - (arrived.first?.1.microseconds ?? 0)) / 1_000_000
        let rate = Double((arrived.count - 1) * 1028 * 8) / seconds
        #expect((950_000...1_050_000).contains(rate))
    }

    @Test("a cut network lets nothing through, and one that is switched off all, in its order")
    func cutAndOff() {
        #expect(arrivals(.cut).isEmpty)
        var path = EmulatedPath<Int>(random: .seeded(1))
        #expect(path.isIdle)
        path.conditions = LinkConditions(delay: .seconds(1))
        path.send(1, byteCount: 100, at: .zero)
        path.conditions = nil
        path.send(2, byteCount: 100, at: .zero)
        #expect(!path.isIdle)
        #expect(path.release(at: Instant(microseconds: 999_999)) == nil)
        let end = Instant(microseconds: 1_000_000)
        #expect(path.release(at: end) == 1)
        #expect(path.release(at: end) == 2)
        #expect(path.isIdle)
    }

    @Test(
        "what is written says what was read",
        arguments: [
            "off", "cut", "cellular", "loss=5% burst=3 delay=100ms", "jitter=2.5ms reorder=0.25% duplicate=1%",
            "rate=500kbit/s direction=sent", "cut wifi-lossy direction=received",
        ])
    func text(_ text: String) { #expect(NetworkEmulation(text)?.description == text) }

    @Test("units may be left out, a preset's parts replaced, and zero is none")
    func leniency() {
        #expect(NetworkEmulation("loss=5 delay=20")?.description == "loss=5% delay=20ms")
        let changed = NetworkEmulation("cellular loss=9%")?.conditions
        #expect(changed?.loss == 0.09 && changed?.delay == LinkConditions.cellular.delay)
        #expect(NetworkEmulation("loss=0% rate=0") == .off)
        #expect(NetworkEmulation("rate=500kbit/s")?.sent?.bitsPerSecond == 500_000)
        #expect(NetworkEmulation("loss=5% direction=sent")?.received == nil)
        #expect(NetworkEmulation("cut direction=sent")?.received == .cut)
    }

    @Test(
        "what makes no sense is refused",
        arguments: [
            "", " ", "bad", "loss", "loss=", "loss=x", "loss=101%", "loss=-1%", "loss=nan", "delay=1e9ms", "burst=0",
            "rate=inf", "direction=up", "off cut", "loss=5%%", String(repeating: "loss=5% ", count: 40),
        ])
    func refused(_ text: String) { #expect(NetworkEmulation(text) == nil) }
}
