import Wire

/// A request to a TURN server that waits for its response.
struct TURNRequest: Sendable {
    enum Purpose: Hashable, Sendable {
        case allocate
        case refresh
        /// A Refresh with lifetime 0: the allocation is to end.
        case release
        case permission(IPAddress)
        case channel(TransportAddress)

        var method: STUNMethod {
            switch self {
            case .allocate: .allocate
            case .refresh, .release: .refresh
            case .permission: .createPermission
            case .channel: .channelBind
            }
        }
    }

    let id: STUNTransactionID
    let purpose: Purpose
    let bytes: [UInt8]
    /// Nil for one that is not signed.
    let signature: TURNAuthenticator.Signature?
    /// How many challenges have led to this one.
    let challenges: Int
    var transmissions = 1
    /// Until the next transmission, or failure after the last.
    var timeout: Duration
    var dueAt: Instant
}

/// A peer's permission (RFC 8656 §9): by address, whatever the port.
struct TURNPermission: Sendable {
    enum State: Hashable, Sendable {
        case requested
        case granted
        /// The server will not have it, for now.
        case refused
    }

    var state = State.requested
    /// Refresh, or the end of a refusal; nil while requested.
    var dueAt: Instant?
    /// Something was sent since it was last granted: it is worth a refresh.
    var isUsed = true
    /// What waits for it.
    var waiting: [(peer: TransportAddress, bytes: [UInt8])] = []
}

/// A channel bound to a peer (RFC 8656 §12). Its number stays that peer's for good: the server remembers it longer than
/// the binding lasts.
struct TURNChannel: Sendable {
    enum State: Hashable, Sendable {
        case requested, bound
        /// Its time has passed unused, or the server refused it: Send indications do.
        case unbound
    }

    let number: UInt16
    var state = State.requested
    /// Refresh of a bound one; when one refused may be asked for again.
    var dueAt: Instant?
    var isUsed = true
}
