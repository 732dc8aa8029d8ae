/// Offers and answers after the first ones: perfect negotiation (W3C webrtc-pc §10.7), so that both sides may change
/// what they send at any time, even at once.
package struct Renegotiation: Hashable, Sendable {
    package enum State: Hashable, Sendable {
        case stable
        /// Our offer is being made.
        case offering
        /// Our offer is with the far side.
        case waiting
        /// Our answer to theirs is being made.
        case answering
    }

    package enum Event: Hashable, Sendable, CaseIterable {
        /// What we send or take has changed.
        case needed
        case offerReady, answerReady
        case offerReceived, answerReceived
        /// A description could not be made, or the far side's could not be taken.
        case refused
    }

    package enum Action: Hashable, Sendable {
        case makeOffer, sendOffer, makeAnswer, sendAnswer, applyAnswer
        /// Our offer is not answered: what was agreed before it holds.
        case withdrawOffer
    }

    /// Whether this side gives way when both offer at once; the called one does.
    package let isPolite: Bool
    package private(set) var state = State.stable
    /// A change that came while something else was under way.
    private var isPending = false

    package init(isPolite: Bool) { self.isPolite = isPolite }

    package mutating func handle(_ event: Event) -> [Action] {
        switch (event, state) {
        case (.needed, .stable):
            state = .offering
            return [.makeOffer]
        case (.needed, _):
            isPending = true
            return []
        case (.offerReady, .offering):
            state = .waiting
            return [.sendOffer]
        case (.answerReceived, .waiting): return [.applyAnswer] + settle()
        case (.offerReceived, .stable):
            state = .answering
            return [.makeAnswer]
        case (.offerReceived, .offering), (.offerReceived, .waiting):
            // The impolite side's offer stands: the other one takes its own back.
            guard isPolite else { return [] }
            state = .answering
            isPending = true
            return [.makeAnswer]
        case (.answerReady, .answering): return [.sendAnswer] + settle()
        case (.refused, .offering), (.refused, .waiting), (.refused, .answering):
            return state == .answering ? settle() : giveUp()
        default: return []
        }
    }

    private mutating func settle() -> [Action] {
        state = .stable
        guard isPending else { return [] }
        isPending = false
        return handle(.needed)
    }

    /// The same offer again would fail again.
    private mutating func giveUp() -> [Action] {
        state = .stable
        isPending = false
        return [.withdrawOffer]
    }
}
