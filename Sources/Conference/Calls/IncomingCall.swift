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
    /// Who asks how the user is, and does not call.
    var onPresenceRequest: ((IncomingCall) -> Void)?
    private var deadline: Task<Void, Never>?

    private static let candidateLimit = 128

    /// - Parameters:
    ///   - patience: who connects has so long to say that they call.
    ///   - onChange: called when the offer is there, and when the caller is gone before a stream took the call.
    init(_ carrier: any Carrier, patience: Duration, onChange: @escaping (IncomingCall) -> Void) {
        self.carrier = carrier
        self.onChange = onChange
        carrier.onEvent = { [weak self] event in self?.receive(event) }
        deadline = Task { [weak self] in
            guard (try? await Task.sleep(for: patience)) != nil else { return }
            self?.leave()
        }
    }

    deinit { deadline?.cancel() }

    func reject(_ reason: RejectReason) {
        try? carrier.send(.reject(reason))
        carrier.close()
        isGone = true
    }

    private func receive(_ event: CarrierEvent) {
        guard !isGone else { return }
        switch event {
        case .closed, .lost, .identityRefused, .message(.hangUp): leave()
        case .message(.videoOffer(let name, let sdp)):
            guard offer.isEmpty else { return }
            deadline?.cancel()
            self.name = name
            offer = sdp
            onChange(self)
        case .message(.newICECandidate(let candidate)):
            if candidates.count < Self.candidateLimit { candidates.append(candidate) }
        case .message(.stream(let notice)): self.notice = notice
        case .message(.presenceRequest): if offer.isEmpty { onPresenceRequest?(self) }
        case .message, .restored: break
        }
    }

    /// Ends it without a word on a call.
    func dismiss() { leave() }

    private func leave() {
        isGone = true
        deadline?.cancel()
        carrier.close()
        onChange(self)
    }
}
