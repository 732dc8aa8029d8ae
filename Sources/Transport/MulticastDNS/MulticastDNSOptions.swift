import NIOCore
import Wire

/// Where and how long names of multicast DNS are asked for.
package struct MulticastDNSOptions: Sendable {
    /// Names of the interfaces that are used; nil for all that `NetworkInterfaces` finds fit.
    package var allowedInterfaces: Set<String>?
    /// Whether this machine itself is asked through its loopback interface too.
    package var withLoopback = false
    package var port = MulticastDNSQuery.port
    /// From each query to the next (RFC 6762 §5.2: at least a second); the last one waits as long for its answer.
    package var interval = TimeAmount.seconds(1)
    package var queries = 2
    /// Where what is sent is counted.
    package var traffic: LocalTraffic?

    package init(allowedInterfaces: Set<String>? = nil) { self.allowedInterfaces = allowedInterfaces }
}
