import RTC
import Wire

/// A network address translator in front of some private hosts, by the behaviours of RFC 4787.
package struct SimulatedNAT: Sendable {
    /// RFC 4787 §4.1 and §5: which part of the far end a mapping or a filter depends on.
    package enum Behaviour: Hashable, Sendable { case endpointIndependent, addressDependent, addressAndPortDependent }

    /// The address the outside sees.
    package let publicAddress: IPAddress
    /// The private addresses behind it. Nobody outside can reach them by these.
    package let inside: Set<IPAddress>
    /// `.addressAndPortDependent` is what is called a symmetric NAT.
    package var mapping: Behaviour
    /// Whose datagrams are let in through a mapping.
    package var filtering: Behaviour
    /// Whether hosts inside reach one another by the public address (RFC 4787 §6).
    package var hairpins: Bool

    private struct MappingKey: Hashable {
        var inner: TransportAddress
        var outer: TransportAddress?
    }

    private var portOf: [MappingKey: UInt16] = [:]
    private var innerOf: [UInt16: TransportAddress] = [:]
    private var admitted: [UInt16: Set<TransportAddress>] = [:]
    private var nextPort: UInt16 = 40000

    package init(
        publicAddress: IPAddress, inside: Set<IPAddress>, mapping: Behaviour = .endpointIndependent,
        filtering: Behaviour = .addressAndPortDependent, hairpins: Bool = false
    ) {
        self.publicAddress = publicAddress
        self.inside = inside
        self.mapping = mapping
        self.filtering = filtering
        self.hairpins = hairpins
    }

    /// Forgets all mappings, as after a restart of the router.
    package mutating func forgetMappings() {
        portOf = [:]
        innerOf = [:]
        admitted = [:]
    }

    /// The source that the outside sees on a datagram from `inner` to `outer`; opens the mapping and its filter.
    mutating func translateOutbound(_ inner: TransportAddress, to outer: TransportAddress) -> TransportAddress {
        let key = MappingKey(inner: inner, outer: Self.part(of: outer, mapping))
        let port = portOf[key] ?? nextPort
        if portOf[key] == nil {
            portOf[key] = port
            innerOf[port] = inner
            nextPort &+= 1
        }
        admitted[port, default: []].insert(outer)
        return TransportAddress(publicAddress, port: port)
    }

    /// Where a datagram from `outer` to the public `port` goes inside; nil when the filter drops it.
    func translateInbound(to port: UInt16, from outer: TransportAddress) -> TransportAddress? {
        guard let inner = innerOf[port], let known = admitted[port] else { return nil }
        let part = Self.part(of: outer, filtering)
        return part == nil || known.contains { Self.part(of: $0, filtering) == part } ? inner : nil
    }

    private static func part(of address: TransportAddress, _ behaviour: Behaviour) -> TransportAddress? {
        switch behaviour {
        case .endpointIndependent: nil
        case .addressDependent: TransportAddress(address.ip, port: 0)
        case .addressAndPortDependent: address
        }
    }
}
