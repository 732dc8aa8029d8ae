import Logging
import NIOCore
import RTC

/// Names that the far side's candidates hide behind.
extension PeerTransportCore {
    /// Looks a name up and tells the connection what came of it; nobody waits.
    func resolve(_ name: String) {
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        MulticastDNSLookup.addresses(of: name, options: options.names, on: eventLoop, logger: logger)
            .whenSuccess { addresses in
                let core = bound.value
                core.logger.debug("the candidate name \(name) stands for \(addresses)")
                guard !core.isClosed else { return }
                core.peer.resolved(name, to: addresses, at: MonotonicClock.now)
                core.drain()
            }
    }
}
