/// The life of one call, from the first word to the last: what happens, and what is to be done about it.
///
/// A value without clock, sockets or media: the call carries out the actions, in order, and brings the events.
package struct CallStateMachine: Hashable, Sendable {
    /// Where the call stands.
    package enum State: Hashable, Sendable {
        case idle
        /// The far side is being reached, while our media prepares its offer.
        case dialing(hasOffer: Bool)
        /// The far side is reached; our media is not ready with the offer.
        case offering
        /// The offer is on its way.
        case waiting
        /// A person is being asked over there.
        case ringing
        /// A person is being asked here.
        case incoming
        /// The person said yes; our media prepares its answer.
        case answering
        /// Both sides know each other's descriptions; media looks for its way.
        case connecting
        case connected
        /// Media lost its way and looks for another.
        case reconnecting
        case ended(EndReason)
    }

    /// What has become of the signalling connection.
    package enum Carrier: Hashable, Sendable {
        case none, open
        /// The far side is gone from it.
        case closed
        /// Nothing comes through any more: perhaps the network is away.
        case silent
        /// It broke and is being made again; what is said waits.
        case lost
    }

    package private(set) var state = State.idle
    package private(set) var carrier = Carrier.none

    package init() {}

    /// As a stream shows it.
    package var streamState: StreamState {
        switch state {
        case .idle: .idle
        case .dialing, .offering, .waiting, .ringing: .calling
        case .incoming: .incoming
        case .answering, .connecting: .connecting
        case .connected: .connected
        case .reconnecting: .reconnecting
        case .ended(let reason): .ended(reason)
        }
    }

    /// Takes an event. An event that means nothing in the present state does nothing.
    package mutating func handle(_ event: CallEvent) -> [CallAction] {
        if case .ended = state { return [] }
        switch event {
        case .dialed, .offerReceived: return begin(event)
        case .carrierOpened, .carrierFailed, .carrierClosed, .carrierSilent, .carrierViolated, .carrierLost,
            .carrierRestored, .identityRefused:
            return carrier(event)
        case .offerReady, .answerReady, .descriptionRefused: return description(event)
        case .ringingReceived, .answerReceived, .rejectReceived, .hangUpReceived: return word(event)
        case .accepted, .declined, .hungUp, .yielded: return decision(event)
        case .mediaConnected, .mediaDisconnected, .mediaFailed, .mediaClosed: return media(event)
        case .timedOut: return timedOut()
        }
    }

    private mutating func end(_ reason: EndReason, _ words: CallAction...) -> [CallAction] {
        let isHeard = carrier == .open || carrier == .lost
        state = .ended(reason)
        return [.stopTimer] + (isHeard ? words : []) + [.close]
    }

    private mutating func go(to next: State, _ actions: CallAction...) -> [CallAction] {
        state = next
        return actions
    }

    private mutating func begin(_ event: CallEvent) -> [CallAction] {
        guard state == .idle else { return [] }
        if event == .dialed {
            return go(to: .dialing(hasOffer: false), .startTimer(.attempt), .openCarrier, .makeOffer)
        }
        carrier = .open
        return go(to: .incoming, .startTimer(.ring), .sendRinging)
    }

    // MARK: The signalling connection

    private mutating func carrier(_ event: CallEvent) -> [CallAction] {
        switch event {
        case .carrierOpened:
            guard case .dialing(let hasOffer) = state else { return [] }
            carrier = .open
            return hasOffer ? go(to: .waiting, .sendOffer) : go(to: .offering)
        case .carrierFailed(let reason):
            guard case .dialing = state else { return [] }
            return end(reason)
        case .carrierClosed: return carrierGone(.closed)
        case .carrierSilent: return carrierGone(.silent)
        case .carrierViolated:
            guard carrier == .open || carrier == .lost else { return [] }
            carrier = .closed
            return end(.protocolError)
        case .carrierLost: return carrierGone(.lost)
        case .carrierRestored:
            guard carrier == .lost else { return [] }
            carrier = .open
            return state == .reconnecting ? [.startTimer(.reconnect)] : []
        case .identityRefused:
            switch state {
            case .waiting, .ringing: return end(.identityChanged, .sendHangUp(.identityChanged))
            default: return []
            }
        default: return []
        }
    }

    /// A call that has its media goes on without words; one that has not cannot get there any more.
    private mutating func carrierGone(_ now: Carrier) -> [CallAction] {
        guard carrier == .open || (carrier == .lost && now != .lost) else { return [] }
        carrier = now
        switch state {
        case .incoming: return end(.missed)
        case .connected: return []
        case .connecting where now == .lost: return []
        // The network is away for both: media may still find its way back.
        case .reconnecting:
            switch now {
            case .lost: return [.startTimer(.isolated)]
            case .silent: return []
            case .none, .open, .closed: return end(.connectionLost)
            }
        case .idle, .dialing, .ended: return []
        case .offering, .waiting, .ringing, .answering, .connecting: return end(.connectionLost)
        }
    }

    // MARK: Descriptions

    private mutating func description(_ event: CallEvent) -> [CallAction] {
        switch (event, state) {
        case (.offerReady, .dialing): return go(to: .dialing(hasOffer: true))
        case (.offerReady, .offering): return go(to: .waiting, .sendOffer)
        case (.answerReady, .answering): return go(to: .connecting, .sendAnswer)
        case (.descriptionRefused(let reason), .answering):
            return end(reason, .sendReject(reason == .incompatible ? .incompatible : .failed))
        case (.descriptionRefused(let reason), .dialing), (.descriptionRefused(let reason), .offering):
            return end(reason)
        case (.descriptionRefused(let reason), .connecting):
            return end(reason, .sendHangUp(reason == .incompatible ? .incompatible : .failed))
        default: return []
        }
    }

    // MARK: What the far side says

    private mutating func word(_ event: CallEvent) -> [CallAction] {
        switch (event, state) {
        case (.ringingReceived, .waiting): return go(to: .ringing)
        case (.answerReceived, .waiting), (.answerReceived, .ringing):
            return go(to: .connecting, .startTimer(.attempt), .applyAnswer)
        case (.rejectReceived(let reason), .offering), (.rejectReceived(let reason), .waiting),
            (.rejectReceived(let reason), .ringing), (.rejectReceived(let reason), .connecting):
            return end(EndReason(reason))
        case (.hangUpReceived, .incoming): return end(.missed)
        case (.hangUpReceived, .idle), (.hangUpReceived, .dialing): return []
        case (.hangUpReceived(let reason), _): return end(EndReason(reason))
        default: return []
        }
    }

    // MARK: What the person says

    private mutating func decision(_ event: CallEvent) -> [CallAction] {
        switch (event, state) {
        case (.accepted, .incoming): return go(to: .answering, .startTimer(.attempt), .makeAnswer)
        case (.declined, .incoming), (.hungUp, .incoming): return end(.declined, .sendReject(.declined))
        case (.hungUp, .idle), (.hungUp, .dialing), (.hungUp, .offering): return end(.localHangUp)
        case (.hungUp, _): return end(.localHangUp, .sendHangUp(.unspecified))
        // Both called each other, and the other call is the one that counts.
        case (.yielded, .dialing), (.yielded, .offering): return end(.localHangUp)
        case (.yielded, .waiting), (.yielded, .ringing): return end(.localHangUp, .sendHangUp(.unspecified))
        default: return []
        }
    }

    // MARK: Media and time

    private mutating func media(_ event: CallEvent) -> [CallAction] {
        switch (event, state) {
        case (.mediaConnected, .connecting), (.mediaConnected, .reconnecting): return go(to: .connected, .stopTimer)
        case (.mediaDisconnected, .connected):
            // Nobody is there to find a way with: a network that is away closes nothing.
            if carrier == .closed { return end(.remoteVanished) }
            return go(to: .reconnecting, .startTimer(carrier == .lost ? .isolated : .reconnect))
        // Only with the far side can another way be found; so that one has to be found first.
        case (.mediaFailed, .connected) where carrier == .lost:
            return go(to: .reconnecting, .startTimer(.isolated))
        case (.mediaFailed, .reconnecting) where carrier == .lost: return []
        case (.mediaFailed, .connected), (.mediaFailed, .reconnecting):
            return end(.connectionLost, .sendHangUp(.connectionLost))
        case (.mediaFailed, .idle), (.mediaFailed, .incoming): return []
        case (.mediaFailed, .dialing), (.mediaFailed, .offering): return end(.mediaFailed)
        case (.mediaFailed, _): return end(.mediaFailed, .sendHangUp(.mediaFailed))
        case (.mediaClosed, .connecting), (.mediaClosed, .connected), (.mediaClosed, .reconnecting):
            return end(.remoteHangUp)
        default: return []
        }
    }

    private mutating func timedOut() -> [CallAction] {
        switch state {
        case .idle, .connected, .ended: []
        case .dialing: end(.unreachable)
        case .offering: end(.localError("the media was not ready in time"))
        case .waiting, .ringing: end(.noAnswer, .sendHangUp(.unspecified))
        case .incoming: end(.missed, .sendReject(.timeout))
        case .answering, .connecting: end(.mediaFailed, .sendHangUp(.mediaFailed))
        case .reconnecting: end(.connectionLost, .sendHangUp(.connectionLost))
        }
    }
}

extension EndReason {
    /// As the caller sees a refusal.
    init(_ reason: RejectReason) {
        self =
            switch reason {
            case .busy: .busy
            case .declined: .declined
            case .timeout: .noAnswer
            case .incompatible: .incompatible
            case .failed: .remoteFailed
            }
    }

    /// As the one who did not hang up sees it.
    init(_ reason: HangUpReason) {
        self =
            switch reason {
            case .unspecified: .remoteHangUp
            case .mediaFailed: .mediaFailed
            case .connectionLost: .connectionLost
            case .incompatible: .incompatible
            case .identityChanged: .identityRefused
            case .failed: .remoteFailed
            }
    }
}
