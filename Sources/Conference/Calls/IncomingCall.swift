import RTC

/// Somebody who is connected to us and calls: what they say, until a stream takes the call.
@MainActor final class IncomingCall {
    let carrier: any Carrier
    /// As the caller says.
    private(set) var name = ""
    /// Empty until it comes.
    private(set) var offer = ""
    private(set) var candidates: [TrickledCandidate] = []
    private(set) var notice: StreamNotice?
    /// Whether the caller has hung up or is gone.
    private(set) var isGone = false
    private let onChange: (IncomingCall) -> Void

    private static let candidateLimit = 128

    /// - Parameter onChange: called when the offer is there, and when the caller is gone before a stream took the call.
    init(_ carrier: any Carrier, onChange: @escaping (IncomingCall) -> Void) {
        self.carrier = carrier
        self.onChange = onChange
        carrier.onEvent = { [weak self] event in self?.receive(event) }
    }

    func reject(_ reason: RejectReason) {
        try? carrier.send(.reject(reason))
        carrier.close()
        isGone = true
    }

    private func receive(_ event: SignalingEvent) {
        guard !isGone else { return }
        switch event {
        case .closed, .message(.hangUp):
            isGone = true
            carrier.close()
            onChange(self)
        case .message(.videoOffer(let name, let sdp)):
            guard offer.isEmpty else { return }
            self.name = name
            offer = sdp
            onChange(self)
        case .message(.newICECandidate(let candidate)):
            if candidates.count < Self.candidateLimit { candidates.append(candidate) }
        case .message(.stream(let notice)): self.notice = notice
        case .message: break
        }
    }
}
