import RTC
import TestSupport
import Testing
import Wire

/// RFC 5780 against simulated NATs and firewalls of each kind, in virtual time.
@Suite("NAT behaviour discovery") struct NATDiscoveryTests {
    /// What a server does of RFC 5780.
    enum Service: CaseIterable {
        case full
        /// No OTHER-ADDRESS: a plain STUN server.
        case plain
        /// Says that it has another address, and answers from the first one whatever is asked.
        case ignoring
        /// Answers CHANGE-REQUEST with 420.
        case refusing
        case silent
    }

    private static let inner = TransportAddress(.v4(0x0A00_0002), port: 5000)
    private static let outer = IPAddress.v4(0xC633_6401)
    private static let server = TransportAddress(.v4(0xC000_0201), port: 3478)
    private static let other = TransportAddress(.v4(0xC000_0202), port: 3479)

    /// Runs a discovery to its end.
    private func discover(
        _ nat: SimulatedNAT?, service: Service = .full, seed: UInt64 = 1, loss: Double = 0,
        other: TransportAddress = Self.other
    ) -> (report: NATReport, took: Duration) {
        var conditions = LinkConditions.localNetwork
        conditions.loss = loss
        var network = SimulatedNetwork(seed: seed, conditions: conditions)
        if let nat { network.translators = [nat] }
        var discovery = NATDiscovery(server: Self.server, local: Self.inner, random: .seeded(seed))
        var now = Instant.zero
        discovery.start(at: now)
        while !discovery.isFinished {
            while let (bytes, remote) = discovery.pollTransmit() {
                network.send(bytes, from: Self.inner, to: remote, at: now)
            }
            guard let next = earliest(network.nextArrival, discovery.nextTimeout) else { break }
            now = next
            while let datagram = network.receive(at: now) {
                if datagram.destination == Self.inner {
                    discovery.receive(datagram.bytes, from: datagram.source, at: now)
                } else if let (bytes, source) = answer(datagram, service, other) {
                    network.send(bytes, from: source, to: datagram.source, at: now)
                }
            }
            discovery.handleTimeout(at: now)
        }
        #expect(discovery.isFinished && discovery.nextTimeout == nil)
        return (discovery.report, now - .zero)
    }

    /// What the server, which has both addresses with both ports, sends back, and from where.
    private func answer(
        _ datagram: SimulatedDatagram, _ service: Service, _ other: TransportAddress
    ) -> (bytes: [UInt8], source: TransportAddress)? {
        guard service != .silent, let request = try? ReceivedSTUNMessage(parsing: datagram.bytes) else { return nil }
        var source = datagram.destination
        var changes = false
        for case .changeRequest(let ip, let port) in request.message.attributes {
            changes = true
            if service == .full {
                if ip { source.ip = source.ip == Self.server.ip ? Self.other.ip : Self.server.ip }
                if port { source.port = source.port == Self.server.port ? Self.other.port : Self.server.port }
            }
        }
        let id = request.message.transaction
        if changes, service == .refusing {
            let error = STUNMessage(
                .error, .binding, transaction: id, attributes: [.errorCode(.unknownAttribute)])
            return (error.serialized(), source)
        }
        var attributes: [STUNAttribute] = [.xorMappedAddress(datagram.source), .responseOrigin(source)]
        if service != .plain { attributes.append(.otherAddress(other)) }
        return (STUNMessage(.success, .binding, transaction: id, attributes: attributes).serialized(), source)
    }

    private static let kinds: [(SimulatedNAT.Behaviour, NATBehaviour)] = [
        (.endpointIndependent, .endpointIndependent), (.addressDependent, .addressDependent),
        (.addressAndPortDependent, .addressAndPortDependent),
    ]

    @Test("each kind of NAT is told by its mapping and its filtering", arguments: 0..<9)
    func kinds(index: Int) {
        let (mapping, filtering) = (Self.kinds[index / 3], Self.kinds[index % 3])
        let nat = SimulatedNAT(
            publicAddress: Self.outer, inside: [Self.inner.ip], mapping: mapping.0, filtering: filtering.0)
        let report = discover(nat).report
        #expect(report.mapping == mapping.1 && report.filtering == filtering.1)
        #expect(report.isTranslated == true && report.mapped?.ip == Self.outer && report.failure == nil)
        #expect(report.roundTrip.map { $0 > .zero } == true)
    }

    @Test("lost datagrams change nothing", arguments: UInt64(1)...12)
    func loss(seed: UInt64) {
        let nat = SimulatedNAT(publicAddress: Self.outer, inside: [Self.inner.ip], filtering: .endpointIndependent)
        let report = discover(nat, seed: seed, loss: 0.1).report
        #expect(report.mapping == .endpointIndependent && report.filtering == .endpointIndependent)
    }

    @Test("without translation there is no mapping, and whom a firewall lets in is still found")
    func open() {
        let report = discover(nil).report
        #expect(report.isTranslated == false && report.mapped == Self.inner)
        #expect(report.mapping == nil && report.filtering == .endpointIndependent)
    }

    @Test("a server that cannot tell more says its address, and ends soon", arguments: [Service.plain, .refusing])
    func limited(service: Service) {
        let nat = SimulatedNAT(publicAddress: Self.outer, inside: [Self.inner.ip])
        let (report, took) = discover(nat, service: service)
        #expect(report.mapped?.ip == Self.outer && report.filtering == nil && report.failure == nil)
        #expect(took < .seconds(1))
    }

    @Test("an answer from where it was asked is no proof that all are let in")
    func ignoring() {
        let nat = SimulatedNAT(publicAddress: Self.outer, inside: [Self.inner.ip])
        #expect(discover(nat, service: .ignoring).report.filtering == nil)
    }

    @Test("silence is a failure after four requests, and not for ever")
    func silent() {
        let (report, took) = discover(nil, service: .silent)
        #expect(report.failure == .timeout && report.mapped == nil)
        #expect(took > .seconds(3) && took < .seconds(5))
    }

    @Test(
        "another address that is none sends nobody anywhere",
        arguments: [
            TransportAddress(.v4(0xC000_0201), port: 3479), TransportAddress(.v4(0x7F00_0001), port: 3479),
            TransportAddress(.v4(0xFFFF_FFFF), port: 3479), TransportAddress(.v6(0x2001_0DB8_0000_0000, 1), port: 3479),
        ])
    func hostileOther(address: TransportAddress) {
        let report = discover(nil, other: address).report
        #expect(report.mapped == Self.inner && report.filtering == nil)
    }

    @Test("garbage and answers to others are ignored")
    func garbage() {
        var discovery = NATDiscovery(server: Self.server, local: Self.inner, random: .seeded(1))
        discovery.start(at: .zero)
        var random = RandomSource.seeded(9)
        let foreign = STUNMessage(
            .success, .binding, transaction: STUNTransactionID(using: &random),
            attributes: [.xorMappedAddress(Self.inner)])
        discovery.receive(foreign.serialized(), from: Self.server, at: .zero)
        for count in [0, 1, 20, 100] { discovery.receive(random.bytes(count), from: Self.server, at: .zero) }
        // The right answer, from elsewhere.
        if let sent = discovery.pollTransmit(), let request = try? ReceivedSTUNMessage(parsing: sent.bytes) {
            let answer = STUNMessage(
                .success, .binding, transaction: request.message.transaction,
                attributes: [.xorMappedAddress(Self.inner)])
            discovery.receive(answer.serialized(), from: Self.other, at: .zero)
        }
        #expect(!discovery.isFinished && discovery.report == NATReport())
    }
}
