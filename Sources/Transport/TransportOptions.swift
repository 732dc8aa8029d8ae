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

    package init(portRange: ClosedRange<UInt16>? = nil, trustRoots: NIOSSLTrustRoots = .default) {
        self.portRange = portRange
        self.trustRoots = trustRoots
    }

    package init(_ network: NetworkConfiguration) { self.init(portRange: network.portRange) }
}
