import Wire

/// The pair that carries media, and the freshness of the far side's consent to it (RFC 7675). It keeps the credentials of
/// its generation, so that it lives on through an ICE restart until the new generation has a pair of its own.
struct SelectedPath: Sendable {
    let path: ICEPath
    let generation: Int
    let local: ICECredentials
    let remote: ICECredentials
    var isNominated: Bool
    /// Last authenticated packet of any kind on this pair.
    var heardAt: Instant
    /// When it became the pair in use.
    let selectedAt: Instant
    /// Last sign that the far side still wants to receive: an answer, or a check of its own. Chromium since 144 may stop
    /// answering while it goes on checking.
    var consentAt: Instant
    private var requestedAt: Instant
    private var interval: Duration

    init(
        path: ICEPath, generation: Int, local: ICECredentials, remote: ICECredentials, isNominated: Bool,
        _ configuration: ICEConfiguration, at now: Instant
    ) {
        self.path = path
        self.generation = generation
        self.local = local
        self.remote = remote
        self.isNominated = isNominated
        heardAt = now
        selectedAt = now
        consentAt = now
        requestedAt = now
        interval = configuration.consentInterval * 0.8
    }

    func isSilent(_ configuration: ICEConfiguration, at now: Instant) -> Bool {
        now >= heardAt + configuration.disconnectedAfter
    }

    /// After a sleep: a request is due at once, and then one every `probeInterval`.
    mutating func wokeUp(_ configuration: ICEConfiguration, at now: Instant) {
        heardAt = min(heardAt, now - configuration.disconnectedAfter + configuration.wakingPatience)
        requestedAt = min(requestedAt, now - configuration.consentInterval * 2)
    }

    func expiresAt(_ configuration: ICEConfiguration) -> Instant { consentAt + configuration.consentExpiry }

    /// When the next request is due: at the pace of consent, faster while the far side is silent.
    func nextRequestAt(_ configuration: ICEConfiguration) -> Instant {
        let probe = max(heardAt + configuration.probeAfter, requestedAt + configuration.probeInterval)
        return min(requestedAt + interval, probe)
    }

    mutating func noteRequest(_ configuration: ICEConfiguration, at now: Instant, random: inout RandomSource) {
        requestedAt = now
        // 0.8 to 1.2, so that the many calls of a network do not fall into step.
        let factor = 0.8 + 0.4 * Double(random.next() >> 11) / Double(1 << 53)
        interval = configuration.consentInterval * factor
    }

    /// The next moment at which something is to be done for this pair.
    func nextTimeout(_ configuration: ICEConfiguration, isDisconnected: Bool) -> Instant {
        let next = min(nextRequestAt(configuration), expiresAt(configuration))
        return isDisconnected ? next : min(next, heardAt + configuration.disconnectedAfter)
    }
}
