import Logging
import Media
import RTC
import Synchronization
import Transport

/// Networks that come and go in mid-call.
///
/// A new interface is gathered from while the call goes on, and its candidates are trickled: the pairs known keep carrying
/// media, and a better one is nominated when it has proved itself. No restart is made for it, which would throw away what
/// is known to work. A restart comes when the way is lost and no pair known replaces it: `PeerConnection` asks for that.
extension MediaSession {
    func followInterfaces() {
        let observation = interfaces.observe { [weak self] in self?.interfacesChanged() }
        state.withLock { state in if !state.isClosed { state.interfaces = observation } }
        // What has changed since the sockets were opened.
        interfacesChanged()
    }

    private func interfacesChanged() {
        let (transport, configuration) = state.withLock { ($0.transport, $0.configuration) }
        do {
            let addresses = try interfaces.addresses(
                withLoopback: configuration.usesLoopback, allowed: configuration.network.allowedInterfaces)
            transport?.use(addresses)
        } catch { logger.warning("the network interfaces cannot be looked at: \(error)") }
    }
}
