import NIOSSL
import RTC

/// What a transport is told besides the connection itself.
package struct TransportOptions: Sendable {
    /// Local UDP ports that media may use; nil for whatever the system gives.
    package var portRange: ClosedRange<UInt16>?
    /// Who may vouch for a TURN server reached over TLS.
    package var trustRoots: NIOSSLTrustRoots
    /// How long the host has slept so far.
    package var timeAsleep: @Sendable () -> Duration = { MonotonicClock.timeAsleep }
    /// What keeps the media's sockets on the local networks; nil while they may go anywhere.
    package var boundary: LocalBoundary?
    /// How the `.local` names of the far side's candidates are looked up.
    package var names: MulticastDNSOptions

    package init(
        portRange: ClosedRange<UInt16>? = nil, trustRoots: NIOSSLTrustRoots = .default,
        names: MulticastDNSOptions = MulticastDNSOptions()
    ) {
        self.portRange = portRange
        self.trustRoots = trustRoots
        self.names = names
    }

    package init(_ network: NetworkConfiguration, boundary: LocalBoundary? = nil) {
        self.init(
            portRange: network.portRange, names: MulticastDNSOptions(allowedInterfaces: network.allowedInterfaces))
        self.boundary = boundary
        names.traffic = boundary?.traffic
    }
}
