import FoundationEssentials
import RTC
import Wire

/// Which calls are remembered, and how.
extension Conference {
    /// A call is over.
    func remember(_ call: Call, of stream: Stream) {
        guard case .ended(let reason) = call.machine.state, call.echo == nil else { return }
        let information = StreamInformation(report: stream.lastReport)
        var record = CallRecord(
            contact: stream.contact?.id, name: stream.remoteIdentifier ?? "",
            address: call.isCaller ? stream.lastAddress : stream.remoteAddress ?? "",
            fingerprint: stream.remoteIdentity?.fingerprint, isOutgoing: call.isCaller, date: call.began,
            duration: call.connectedAt.map { (ContinuousClock.now - $0).inMilliseconds / 1000 }, reason: reason.code,
            isMissed: !call.isCaller && !call.isAnswered && reason != .declined)
        record.localPath = information.localCandidate?.type
        record.remotePath = information.remoteCandidate?.type
        record.audioCodec = information.audioCodec.name
        record.videoCodec = information.videoCodec.name
        record.loss = call.means.meanLoss
        record.roundTripTime = call.means.meanRoundTripTime
        history.add(record)
    }

    /// How long somebody who is turned away again and again counts as one call, seconds.
    private static let turnedAwayInterval = 60.0

    /// Somebody called while no stream was free, or nobody was to be disturbed: that is a missed call, too.
    func rememberTurnedAway(_ incoming: IncomingCall) {
        let fingerprint = incoming.carrier.remoteIdentity?.description
        let again = history.recent.first {
            $0.isMissed
                && ($0.fingerprint == fingerprint || $0.reason == EndReason.busy.code && $0.name == incoming.name)
        }
        if let again, Date.now.timeIntervalSince(again.date) < Self.turnedAwayInterval { return }
        history.add(
            CallRecord(
                contact: fingerprint.flatMap { contacts.contact(withFingerprint: $0)?.id }, name: incoming.name,
                address: incoming.carrier.remoteAddress?.description ?? "", fingerprint: fingerprint, isOutgoing: false,
                date: .now, duration: nil, reason: EndReason.busy.code, isMissed: true))
    }
}
