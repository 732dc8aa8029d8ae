import RTC
import TestSupport
import Testing
import Wire

/// How many round trips pass from the wish to call until each side hears the other, where everything is as far from
/// everything: the other side, its messages, and the servers.
@Suite("Round trips until each side is heard") struct SetupRoundTripsTests {
    private static let delay = Duration.milliseconds(100)

    /// By side. The called one opens its sockets when it is called.
    private func roundTrips(
        nats: [SimulatedNAT?] = [], turn: [TURNTransport] = [], stun: Bool = true, relayOnly: Bool = false
    ) throws -> [Double] {
        let call = try RelayedCall(
            seed: 31, conditions: LinkConditions(delay: Self.delay), nats: nats, turn: turn, stun: stun,
            relayOnly: relayOnly, signallingDelay: Self.delay)
        try call.connect()
        call.run(until: { $0.sides.allSatisfy { $0.firstAudioAt != nil } }, limit: .seconds(20))
        let trips = call.sides.map { side in
            side.firstAudioAt.map { Double($0.microseconds) / Double(2 * Self.delay.wholeMicroseconds) } ?? .infinity
        }
        print("round trips until heard:", trips)
        return trips
    }

    @Test("on one network: a round trip of messages, one of ICE, one of DTLS to the caller, two to the called one")
    func direct() throws {
        let trips = try roundTrips(stun: false)
        #expect(trips[0] < 3.3 && trips[1] < 3.8)
    }

    @Test("through two NATs, whose addresses are learnt on the way")
    func translated() throws {
        let trips = try roundTrips(nats: (0..<2).map { RelayedCall.nat($0, .endpointIndependent) })
        #expect(trips[0] < 4.6 && trips[1] < 5.1)
    }

    @Test("by relays alone, where every datagram has three ways to go, and the relays take two round trips to get")
    func relayed() throws {
        let trips = try roundTrips(
            nats: (0..<2).map { RelayedCall.nat($0, .endpointIndependent) }, turn: [.udp], relayOnly: true)
        #expect(trips[0] < 10.6 && trips[1] < 12.1)
    }
}
