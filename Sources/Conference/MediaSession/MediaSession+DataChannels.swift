import RTC
import Synchronization
import Transport

/// Data channels beside the media, for the call to use.
extension MediaSession {
    package func openDataChannel(_ options: DataChannelOptions) {
        transport?.post { peer, now in try? peer.openDataChannel(options, at: now) }
    }

    package func send(_ bytes: [UInt8], onDataChannel channel: Int) {
        // A full buffer loses it, as the network would; whoever sends sees how much waits.
        transport?.post { peer, now in try? peer.send(binary: bytes, on: channel, at: now) }
    }

    package func closeDataChannel(_ channel: Int) {
        transport?.post { peer, now in peer.closeDataChannel(channel, at: now) }
    }

    private var transport: PeerTransport? { state.withLock { $0.transport } }
}
