import Logging

/// Offers and answers after the first ones.
extension Call {
    /// One step of an exchange after the first one.
    func renegotiate(_ event: Renegotiation.Event) {
        guard isNegotiated else {
            isRenegotiationNeeded = isRenegotiationNeeded || event == .needed
            return
        }
        for action in renegotiation.handle(event) {
            switch action {
            case .makeOffer: makeOffer(nil)
            case .makeAnswer: makeAnswer(nil)
            case .sendOffer: sendOffer()
            case .sendAnswer: sendAnswer()
            case .applyAnswer: applyAnswer()
            case .withdrawOffer: withdrawOffer()
            }
        }
        if renegotiation.state != .waiting || answerTimer == nil { awaitAnswer() }
    }

    /// While our offer in mid-call waits for its answer, not for ever. Time in which nobody could be heard does not count.
    func awaitAnswer() {
        answerTimer?.cancel()
        answerTimer = nil
        guard renegotiation.state == .waiting, machine.carrier == .open, let conference else { return }
        let patience = conference.options.timing.answer
        answerTimer = Task { [weak self] in
            guard (try? await Task.sleep(for: patience)) != nil else { return }
            self?.answerOverdue()
        }
    }

    private func answerOverdue() {
        logger.notice("an offer in mid-call has had no answer")
        answerTimer = nil
        remoteDescription = ignoredOffer
        ignoredOffer = ""
        renegotiate(.unanswered)
    }
}
