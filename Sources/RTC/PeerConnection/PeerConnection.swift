import Wire

/// One two-way WebRTC link (W3C RTCPeerConnection): ICE, DTLS-SRTP, RTP and data channels over one BUNDLE transport.
///
/// Sans-I/O: it holds no socket, thread or clock. The owner brings datagrams and time in, and after every call drains
/// `pollTransmit` and `pollEvent`, then sleeps until `nextTimeout`. Not for several threads at once.
package final class PeerConnection {
    let configuration: PeerConnectionConfiguration
    var jsep: JSEPSession
    var ice: ICEAgent
    var relays: TURNRelays
    var rtp: RTPSession
    var dtls: DTLSTransport?
    var dtlsFailed = false
    var inboundSRTP: SRTPSession?
    var outboundSRTP: SRTPSession?
    var srtpProfile: SRTPProfile?
    var dataChannels: DataChannelTransport?
    /// Channels asked for before the association was there.
    var earlyChannels: [DataChannelOptions] = []
    /// What the last completed offer/answer exchange agreed on.
    var negotiated: NegotiatedSession?
    /// Records that came from the validated 5-tuple before the far side's fingerprint was known (one flight).
    var earlyDTLS: [[UInt8]] = []
    /// Candidates that came before the description they belong to.
    var earlyCandidates: [TrickledCandidate] = []
    /// Encrypted media that overtook the end of the DTLS handshake.
    var earlyMedia: [[UInt8]] = []
    var events: [PeerConnectionEvent] = []
    var eventIndex = 0
    var transmits: [Transmit] = []
    var transmitIndex = 0
    /// The credentials that the next offer is to replace (W3C [[LocalIceCredentialsToReplace]]).
    var replacedFragment: String?
    /// When the owner is asked for an ICE restart, unless a way is found before.
    var restartDueAt: Instant?
    /// When silence last made us ask our relays whether they still know us.
    var relayProbedAt: Instant?
    /// The hosts between which media goes, or went last.
    var mediaPath: (base: IPAddress, remote: IPAddress)?
    /// Candidates are on their way into a description: they need not be told besides.
    var isDescribing = false
    var dtlsBytesSent = 0
    var dtlsBytesReceived = 0

    package private(set) var connectionState = PeerConnectionState.new

    package init(configuration: PeerConnectionConfiguration, at now: Instant) throws {
        self.configuration = configuration
        var random = configuration.random
        jsep = JSEPSession(
            random: random.fork(), fingerprint: configuration.certificate.fingerprint.description,
            cname: configuration.cname)
        ice = ICEAgent(
            configuration: ICEConfiguration(
                stunServers: configuration.stunServers, relayOnly: configuration.relayOnly),
            role: configuration.isPolite ? .controlled : .controlling, random: random.fork())
        relays = TURNRelays(servers: configuration.turnServers, random: random.fork())
        rtp = RTPSession(
            cname: configuration.cname, random: random.fork(), ntpOffset: configuration.ntpAtZero,
            congestion: configuration.congestion)
    }

    var isClosed: Bool { connectionState == .closed }

    /// Tells both layers' state as one (webrtc-pc §4.3.3: the worse of the two decides). While the association stands, a way
    /// that is lost altogether is no failure yet: a restart may find another, and the owner knows how long to wait for it.
    func updateConnectionState() {
        guard !isClosed else { return }
        let state: PeerConnectionState =
            switch (ice.state, dtls?.state) {
            case (_, .failed): .failed
            case (_, .closed): .closed
            case (.disconnected, _), (.failed, .connected), (.checking, .connected): .disconnected
            case (.failed, _): .failed
            case (.connected, .connected), (.completed, .connected): .connected
            case (.new, nil): .new
            default: .connecting
            }
        guard state != connectionState else { return }
        connectionState = state
        events.append(.connectionStateChanged(state))
    }

    /// Says goodbye: RTCP BYE, SCTP and DTLS closed. Drain once more, then let go of the connection.
    package func close(at now: Instant) {
        guard !isClosed else { return }
        rtp.close(at: now)
        drainMedia(at: now)
        dataChannels?.close(at: now)
        drainDataChannels(at: now)
        dtls?.close()
        drainDTLS(at: now)
        ice.close()
        relays.close(at: now)
        drainRelays(at: now)
        connectionState = .closed
        events.append(.connectionStateChanged(.closed))
    }

    /// The next thing that happened, in order; nil when nothing is left.
    package func pollEvent() -> PeerConnectionEvent? {
        guard eventIndex < events.count else {
            events.removeAll(keepingCapacity: true)
            eventIndex = 0
            return nil
        }
        defer { eventIndex += 1 }
        return events[eventIndex]
    }
}
