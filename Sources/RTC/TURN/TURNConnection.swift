import Wire

/// One TCP or TLS connection to a TURN server. A number is never used twice.
package struct TURNConnectionID: Hashable, Sendable {
    let number: Int

    package init(number: Int) { self.number = number }
}

/// What the owner of a `PeerConnection` is to do for its relays over streams.
package enum TURNConnectionRequest: Hashable, Sendable {
    /// Connect, then tell `turnConnected`, or `turnDisconnected` if that fails.
    case open(TURNConnectionID, TURNEndpoint)
    /// No longer needed, after what has been polled for it. Nothing is to be told of it any more.
    case close(TURNConnectionID)
}

/// Where a connection goes.
package struct TURNEndpoint: Hashable, Sendable {
    package var address: TransportAddress
    /// TLS over it; plain TCP otherwise.
    package var usesTLS: Bool
    /// What the certificate must be for; nil for the address.
    package var hostName: String?

    package init(address: TransportAddress, usesTLS: Bool, hostName: String?) {
        self.address = address
        self.usesTLS = usesTLS
        self.hostName = hostName
    }
}
