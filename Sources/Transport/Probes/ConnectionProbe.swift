import NIOCore
import NIOPosix
import Wire

/// Whether somebody accepts TCP connections at an address.
package enum ConnectionProbe {
    /// Connects and hangs up.
    ///
    /// - Throws: `ProbeFailure`.
    package static func run(_ address: TransportAddress, on eventLoop: any EventLoop) async throws {
        guard let target = address.socketAddress else { throw ProbeFailure.unreachable }
        do {
            let connecting = ClientBootstrap(group: eventLoop).connectTimeout(.seconds(3)).connect(to: target)
            let channel = try await connecting.get()
            channel.close(promise: nil)
        } catch { throw ProbeFailure(connecting: error) }
    }
}
