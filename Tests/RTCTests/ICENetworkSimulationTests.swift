import RTC
import TestSupport
import Testing
import Wire

@Suite("The simulated network") struct ICENetworkSimulationTests {
    private let a = ICESimulation.address(1)
    private let b = ICESimulation.address(2)

    private func deliver(_ network: inout SimulatedNetwork) -> [SimulatedDatagram] {
        var all: [SimulatedDatagram] = []
        while let next = network.nextArrival {
            while let datagram = network.receive(at: next) { all.append(datagram) }
        }
        return all
    }

    @Test("delay is exact, and nothing arrives before its time")
    func delay() {
        var network = SimulatedNetwork(seed: 1, conditions: LinkConditions(delay: .milliseconds(30)))
        network.send([1], from: a, to: b, at: .zero)
        #expect(network.nextArrival == Instant(microseconds: 30_000))
        let early = network.receive(at: Instant(microseconds: 29_999))
        let inTime = network.receive(at: Instant(microseconds: 30_000))
        #expect(early == nil && inTime?.source == a)
        #expect(network.nextArrival == nil)
    }

    @Test("the same seed repeats everything, another seed does not")
    func seeds() {
        let arrivals = [UInt64(7), 7, 8].map { seed -> [Instant] in
            var network = SimulatedNetwork(seed: seed, conditions: .wifiLossy)
            for index in 0..<200 {
                network.send([UInt8(index)], from: a, to: b, at: Instant(microseconds: Int64(index) * 1000))
            }
            return deliver(&network).map(\.arrival)
        }
        #expect(arrivals[0] == arrivals[1])
        #expect(arrivals[0] != arrivals[2])
    }

    @Test("loss comes as often as asked, alone or in bursts", arguments: [1.0, 4.0])
    func loss(_ burst: Double) {
        var network = SimulatedNetwork(seed: 2, conditions: LinkConditions(loss: 0.2, lossBurst: burst))
        for _ in 0..<20_000 { network.send([0], from: a, to: b, at: .zero) }
        #expect((0.17...0.23).contains(Double(network.lostCount) / 20_000))
    }

    @Test("jitter keeps the order, reordering breaks it, duplication doubles")
    func order() {
        func received(_ conditions: LinkConditions) -> [UInt8] {
            var network = SimulatedNetwork(seed: 3, conditions: conditions)
            for index in 0..<200 {
                network.send([UInt8(index)], from: a, to: b, at: Instant(microseconds: Int64(index) * 1000))
            }
            return deliver(&network).map { $0.bytes[0] }
        }
        let all = (0..<200).map { UInt8($0) }
        let jitter = LinkConditions(delay: .milliseconds(20), jitter: .milliseconds(15))
        #expect(received(jitter) == all)
        var reordering = jitter
        reordering.reordering = 0.2
        #expect(received(reordering) != all && received(reordering).sorted() == all)
        var duplication = jitter
        duplication.duplication = 0.1
        #expect((205...240).contains(received(duplication).count))
    }

    @Test("a bottleneck passes its rate and drops what its queue cannot hold")
    func rate() {
        // 8 Mb/s: a 972-byte payload and its 28 bytes of headers take a millisecond.
        let conditions = LinkConditions(bitsPerSecond: 8_000_000, queueBytes: 10_000)
        var network = SimulatedNetwork(seed: 4, conditions: conditions)
        for _ in 0..<20 { network.send(Array(repeating: 0, count: 972), from: a, to: b, at: .zero) }
        let arrivals = deliver(&network).map(\.arrival.microseconds)
        #expect(arrivals == (1...10).map { $0 * 1000 })
        #expect(network.lostCount == 10)
    }

    @Test("a NAT hides its hosts, keeps one mapping or many, and filters who may answer")
    func translation() {
        let publicIP = IPAddress.v4(0xC633_6401)
        let (c, d) = (ICESimulation.address(50), ICESimulation.address(51))
        for (mapping, filtering) in [
            (SimulatedNAT.Behaviour.endpointIndependent, SimulatedNAT.Behaviour.addressAndPortDependent),
            (.addressAndPortDependent, .endpointIndependent),
        ] {
            var network = SimulatedNetwork(seed: 5)
            network.translators = [
                SimulatedNAT(publicAddress: publicIP, inside: [a.ip], mapping: mapping, filtering: filtering)
            ]
            network.send([1], from: c, to: a, at: .zero)
            #expect(deliver(&network).isEmpty, "nobody outside reaches the private address")
            network.send([1], from: a, to: c, at: .zero)
            network.send([2], from: a, to: d, at: .zero)
            let seen = deliver(&network).map(\.source)
            #expect(seen.allSatisfy { $0.ip == publicIP })
            #expect((seen[0] == seen[1]) == (mapping == .endpointIndependent))
            network.send([3], from: c, to: seen[0], at: .zero)
            #expect(deliver(&network).map(\.destination) == [a])
            network.send([4], from: ICESimulation.address(52), to: seen[0], at: .zero)
            #expect(deliver(&network).isEmpty == (filtering == .addressAndPortDependent))
        }
    }
}
