/// Where a stream is in the life of a call.
package enum StreamState: Hashable, Sendable {
    case idle
    /// We call, and wait for the answer.
    case calling
    /// Somebody calls us, and waits for ours.
    case incoming
    /// Answered; media is being connected.
    case connecting
    case connected
    /// The way of the media is lost and being looked for.
    case reconnecting
    case ended(EndReason)

    /// For programs, and for the interface to translate.
    package var word: String {
        switch self {
        case .idle: translatable("idle")
        case .calling: translatable("calling")
        case .incoming: translatable("incoming")
        case .connecting: translatable("connecting")
        case .connected: translatable("connected")
        case .reconnecting: translatable("reconnecting")
        case .ended: translatable("ended")
        }
    }

    /// Whether a call is under way, so that another one finds the stream busy.
    package var isBusy: Bool {
        switch self {
        case .idle, .ended: false
        case .calling, .incoming, .connecting, .connected, .reconnecting: true
        }
    }

    /// Whether both sides have agreed to the call.
    package var isAnswered: Bool {
        switch self {
        case .connecting, .connected, .reconnecting: true
        case .idle, .calling, .incoming, .ended: false
        }
    }
}

/// What a pane shows of its stream (WINDEV's Display).
package enum PaneDisplay: String, Hashable, Sendable, CaseIterable, Codable {
    case received, sent, receivedWithSentInset, none
}
