/// Offers and answers after the first ones: perfect negotiation (W3C webrtc-pc §10.7), so that both sides may change
/// what they send at any time, even at once.
package struct Renegotiation: Hashable, Sendable {
    /// Where the exchange stands.
    package enum State: Hashable, Sendable {
        case stable
        /// Our offer is being made.
        case offering
        /// Our offer is with the far side.
        case waiting
        /// Our answer to theirs is being made.
        case answering
    }

    /// What can happen to it.
    package enum Event: Hashable, Sendable, CaseIterable {
        /// What we send or take has changed.
        case needed
        case offerReady, answerReady
        case offerReceived, answerReceived
        /// A description could not be made, or the far side's could not be taken.
        case refused
        /// Our offer has been with the far side for as long as an answer may take.
        case unanswered
    }

    /// What the call does about it, in the order given.
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
    /// The far side has offered while our own offer, which stands, waited.
    private var hasIgnored = false
    /// Offers in a row without an answer.
    private var unanswered = 0
    /// A far side that has let so many pass takes none.
    private static let unansweredCap = 3

    package init(isPolite: Bool) { self.isPolite = isPolite }

    /// Takes an event; what does not fit the state changes nothing.
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
            guard isPolite else {
                hasIgnored = true
                return []
            }
            return yield()
        case (.unanswered, .waiting): return offerAnew()
        case (.answerReady, .answering): return [.sendAnswer] + settle()
        case (.refused, .offering), (.refused, .waiting), (.refused, .answering):
            return state == .answering ? settle() : giveUp()
        default: return []
        }
    }

    private mutating func yield() -> [Action] {
        state = .answering
        isPending = true
        return [.makeAnswer]
    }

    /// It was dropped: by one that took it for a glare, or is as impolite as we are. Then somebody has to give way.
    private mutating func offerAnew() -> [Action] {
        unanswered += 1
        if hasIgnored {
            hasIgnored = false
            return [.withdrawOffer] + yield()
        }
        guard unanswered < Self.unansweredCap else { return giveUp() }
        state = .offering
        isPending = false
        return [.withdrawOffer, .makeOffer]
    }

    private mutating func settle() -> [Action] {
        if state == .waiting { unanswered = 0 }
        state = .stable
        hasIgnored = false
        guard isPending else { return [] }
        isPending = false
        return handle(.needed)
    }

    /// The same offer again would fail again.
    private mutating func giveUp() -> [Action] {
        state = .stable
        isPending = false
        hasIgnored = false
        unanswered = 0
        return [.withdrawOffer]
    }
}
