/// RFC 8445 §5.1.1: how a candidate's address was learnt.
package enum ICECandidateType: String, Hashable, Sendable, CaseIterable {
    case host, srflx, prflx, relay

    /// Recommended type preferences (RFC 8445 §5.1.2.2).
    package var preference: UInt32 {
        switch self {
        case .host: 126
        case .prflx: 110
        case .srflx: 100
        case .relay: 0
        }
    }
}

/// The transport protocol of a candidate; `tcp` (RFC 6544) is read and never used.
package enum ICETransportProtocol: String, Hashable, Sendable { case udp, tcp }

/// RFC 6544 §4.5.
package enum ICETCPType: String, Hashable, Sendable {
    case active, passive
    case simultaneousOpen = "so"
}

/// Where a candidate is: an address, or a multicast-DNS name that hides it until resolved.
package enum ICECandidateAddress: Hashable, Sendable {
    case ip(TransportAddress)
    /// A single label and `.local`, in lower case, and the port.
    case name(String, port: UInt16)
}

/// An ICE candidate as the `candidate` attribute describes it (RFC 8839 §5.1).
package struct ICECandidate: Hashable, Sendable {
    /// 1 to 32 ice-chars. Candidates of one foundation likely fail or succeed together.
    package var foundation: String
    /// 1...256; 1 is RTP, and all there is with rtcp-mux.
    package var component: Int
    package var transport: ICETransportProtocol
    /// 1...2^31-1.
    package var priority: UInt32
    package var address: ICECandidateAddress
    package var type: ICECandidateType
    /// Host address of a reflexive candidate, mapped address of a relayed one; for diagnosis only.
    package var relatedAddress: TransportAddress?
    /// Present exactly when `transport` is tcp.
    package var tcpType: ICETCPType?
    /// The generation it belongs to (RFC 8838, `ufrag` extension).
    package var usernameFragment: String?

    package init(
        foundation: String, component: Int = 1, transport: ICETransportProtocol = .udp, priority: UInt32,
        address: ICECandidateAddress, type: ICECandidateType, relatedAddress: TransportAddress? = nil,
        tcpType: ICETCPType? = nil, usernameFragment: String? = nil
    ) {
        self.foundation = foundation
        self.component = component
        self.transport = transport
        self.priority = priority
        self.address = address
        self.type = type
        self.relatedAddress = relatedAddress
        self.tcpType = tcpType
        self.usernameFragment = usernameFragment
    }

    /// Nil while the address is a name.
    package var transportAddress: TransportAddress? {
        if case .ip(let address) = address { address } else { nil }
    }

    /// RFC 8445 §5.1.2.1.
    package static func priority(
        _ type: ICECandidateType, localPreference: UInt16, component: Int = 1
    ) -> UInt32 {
        let componentPart = UInt32(256 - min(max(component, 1), 256))
        return type.preference << 24 | UInt32(localPreference) << 8 | min(componentPart, 255)
    }

    /// The same for candidates that share type, base address and server, different otherwise (RFC 8445 §5.1.1.3).
    package static func foundation(_ type: ICECandidateType, base: IPAddress, server: IPAddress? = nil) -> String {
        String(CRC32.checksum(of: "\(type.rawValue) \(base) \(server?.description ?? "")".utf8))
    }
}
