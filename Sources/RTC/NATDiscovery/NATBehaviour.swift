import Wire

/// Which part of the far end something that a NAT does depends on (RFC 4787 §4.1, §5).
package enum NATBehaviour: String, Hashable, Sendable, CaseIterable {
    case endpointIndependent, addressDependent, addressAndPortDependent
}

/// What a STUN server has told of the way to it, as far as is known yet.
package struct NATReport: Hashable, Sendable {
    /// Why the server told nothing.
    package enum Failure: Error, Hashable, Sendable {
        /// No answer at all.
        case timeout
        /// An error code, or an answer without an address.
        case refused
    }

    /// This socket's address as the server sees it.
    package var mapped: TransportAddress?
    /// Nil too when only a repeated request was answered: then it is not known which.
    package var roundTrip: Duration?
    /// Whether the address that the server sees is another than the socket's own.
    package var isTranslated: Bool?
    /// How ports are mapped; nil when there is no translation, or the server has no second address to tell it by.
    package var mapping: NATBehaviour?
    /// Who is let in through a mapping; also of a firewall without translation. Nil when the server cannot tell it.
    package var filtering: NATBehaviour?
    package var failure: Failure?

    package init() {}
}
