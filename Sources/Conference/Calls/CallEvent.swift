/// What can happen to a call.
package enum CallEvent: Hashable, Sendable {
    /// The user calls.
    case dialed
    /// Somebody calls, over a signalling connection that is open.
    case offerReceived

    case carrierOpened
    case carrierFailed(EndReason)
    /// The far side closed the signalling connection, without a word on the call.
    case carrierClosed
    /// The signalling connection has gone silent.
    case carrierSilent
    /// The far side broke the protocol and was cut off.
    case carrierViolated
    /// The signalling connection broke, and is being made again; and that it is there again.
    case carrierLost, carrierRestored
    /// The far side does not have the key that is known of it.
    case identityRefused

    /// Our media has made its offer.
    case offerReady
    /// Our media has made its answer.
    case answerReady
    /// A description could not be made, or the far side's could not be taken.
    case descriptionRefused(EndReason)

    case ringingReceived, answerReceived
    case hangUpReceived(HangUpReason)
    case rejectReceived(RejectReason)

    case accepted, declined, hungUp
    /// Both sides called each other at once, and theirs is the call that goes on.
    case yielded

    case mediaConnected, mediaDisconnected, mediaFailed
    /// The far side ended the media.
    case mediaClosed

    case timedOut
}

/// What a call does about it, in the order given.
package enum CallAction: Hashable, Sendable {
    /// What may take a limited time.
    package enum Timer: Hashable, Sendable {
        /// The stream's timeout: until somebody answers, and again until the media is connected.
        case attempt
        /// How long a person is asked.
        case ring
        /// How long a lost way is looked for.
        case reconnect
        /// How long a call lasts that has lost the way of its messages, too.
        case isolated
    }

    case openCarrier
    case makeOffer, sendOffer, makeAnswer, sendAnswer, applyAnswer
    case sendRinging
    case sendHangUp(HangUpReason)
    case sendReject(RejectReason)
    /// Replaces the timer that runs.
    case startTimer(Timer)
    case stopTimer
    /// The last one: signalling connection and media are closed.
    case close
}
