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

    package func inbox(ofDataChannel channel: Int) -> FileInbox? { state.withLock { $0.fileInboxes[channel] } }

    /// Network thread: a file's bytes go to their reader from here, everything else to the call.
    func receive(_ event: DataChannelEvent) {
        switch event {
        case .opened(let channel, let options) where options.label == DataChannelPipe.label:
            state.withLock { state in
                guard state.fileInboxes.count < DataChannelPipe.limit else { return }
                state.fileInboxes[channel] = FileInbox(underWay: DataChannelPipe.underWay)
            }
        case .binary(let channel, let bytes):
            guard let inbox = inbox(ofDataChannel: channel) else { break }
            if !inbox.receive(bytes) { closeDataChannel(channel) }
            return
        case .closed(let channel): state.withLock { $0.fileInboxes.removeValue(forKey: channel) }?.end()
        case .associationClosed:
            for inbox in state.withLock({ Array($0.fileInboxes.values) }) { inbox.end() }
            state.withLock { $0.fileInboxes = [:] }
        default: break
        }
        onEvent(.dataChannel(event))
    }

    private var transport: PeerTransport? { state.withLock { $0.transport } }
}
