import NIOCore
import RTC
import Wire

/// A way over a running call: its data channel of this label, negotiated in the call (RFC 8832).
@MainActor final class DataChannelLink: ConversationLink {
    /// What the caller opens as soon as the call stands.
    static let options = DataChannelOptions(label: "causerie-chat", protocolName: ConversationHandler.subprotocol)

    var onEvent: ((ConversationLinkEvent) -> Void)?
    let origin = ConversationLinkOrigin.call
    let remoteIdentity: DTLSFingerprint
    let remoteAddress: IPAddress?
    let channel: Int
    private let media: any CallMedia
    private(set) var bufferedAmount = 0
    private var isClosed = false
    private var received = FrameBudget(limit: ConversationLinkLimit.frames)

    init(_ channel: Int, of media: any CallMedia, identity: DTLSFingerprint, address: IPAddress?) {
        self.channel = channel
        self.media = media
        remoteIdentity = identity
        remoteAddress = address
    }

    func send(_ frame: ConversationFrame) {
        let bytes = frame.bytes
        bufferedAmount += bytes.count
        media.send(bytes, onDataChannel: channel)
    }

    func close() {
        guard !isClosed else { return }
        media.closeDataChannel(channel)
        ended()
    }

    /// What the call tells of its channels.
    func receive(_ event: DataChannelEvent) {
        switch event {
        case .binary(let id, let bytes) where id == channel: receive(bytes)
        case .bufferedAmountLow(let id) where id == channel:
            bufferedAmount = 0
            onEvent?(.drained)
        case .closed(let id) where id == channel: ended()
        case .associationClosed: ended()
        default: break
        }
    }

    private func receive(_ bytes: [UInt8]) {
        guard !isClosed else { return }
        do throws(ConversationError) {
            guard received.take(at: .now()) else { throw ConversationError("too many frames a second") }
            if let frame = try ConversationFrame.parse(bytes) { onEvent?(.frames([frame])) }
        } catch {
            media.closeDataChannel(channel)
            ended(violation: "\(error)")
        }
    }

    /// The channel is gone, or the call is.
    func ended(violation: String? = nil) {
        guard !isClosed else { return }
        isClosed = true
        onEvent?(.closed(violation: violation))
    }
}
