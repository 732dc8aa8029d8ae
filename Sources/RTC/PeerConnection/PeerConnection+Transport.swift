import Wire

/// What ICE and DTLS have done, carried to the layers above.
extension PeerConnection {
    /// One flight: what a peer sends before it can expect an answer (webrtc.md D9: at most four datagrams).
    private static let earlyDTLSCap = 4

    /// A local socket is open; candidates of it will be told.
    package func addLocalHost(_ base: TransportAddress, at now: Instant) {
        guard !isClosed else { return }
        relays.addSocket(base, at: now)
        ice.setPendingRelays(relays.pendingCount, at: now)
        ice.addLocalHost(base, at: now)
        drainICE(at: now)
    }

    /// Every local socket has been told.
    package func endOfLocalHosts(at now: Instant) {
        guard !isClosed else { return }
        relays.openStreams(at: now)
        ice.setPendingRelays(relays.pendingCount, at: now)
        ice.endOfLocalHosts(at: now)
        drainICE(at: now)
    }

    /// A local socket is gone, and with it its candidates. If it carried the media, another way is looked for at once.
    package func removeLocalHost(_ base: TransportAddress, at now: Instant) {
        guard !isClosed else { return }
        relays.removeSocket(base)
        ice.removeLocalHost(base, at: now)
        drainICE(at: now)
    }

    /// The addresses behind a name that `.resolve` told of; none if it cannot be resolved: then the candidate is dropped, and
    /// a check of the far side may still show where it is.
    package func resolved(_ name: String, to addresses: [IPAddress], at now: Instant) {
        guard !isClosed else { return }
        ice.resolved(name, to: addresses, at: now)
        drainICE(at: now)
    }

    func drainICE(at now: Instant) {
        while let transmit = ice.pollTransmit() {
            send(transmit.bytes, from: transmit.base, to: transmit.remote, at: now)
        }
        while let event = ice.pollEvent() {
            switch event {
            case .localCandidate(let candidate): tellLocalCandidate(candidate)
            case .gatheringComplete: tellEndOfCandidates()
            case .stateChanged(let state):
                if state == .disconnected { relays.probe(at: now) }
                considerRestart(at: now)
                updateConnectionState()
            case .selectedPairChanged(let base, let remote):
                followPath(from: base.ip, to: remote.ip, at: now)
                startDTLSIfReady(at: now)
            case .resolve(let name): events.append(.resolve(name: name))
            }
        }
        drainRelays(at: now)
    }

    /// Another port of the same two hosts is hardly another path; another address may be another network.
    private func followPath(from base: IPAddress, to remote: IPAddress, at now: Instant) {
        let before = mediaPath
        mediaPath = (base, remote)
        if let before, before != (base, remote) { rtp.pathChanged(at: now) }
    }

    /// A candidate that is in our description already is not told again.
    private func tellLocalCandidate(_ candidate: ICECandidate) {
        guard !isDescribing, let description = jsep.localTransport else { return }
        events.append(
            .localCandidate(
                TrickledCandidate(
                    candidate: candidate.attributeValue, mid: description.mid, mLineIndex: description.mLineIndex,
                    usernameFragment: candidate.usernameFragment)))
    }

    func tellEndOfCandidates() {
        guard !isDescribing, jsep.localTransport != nil else { return }
        events.append(.endOfCandidates(usernameFragment: ice.localCredentials.usernameFragment))
    }

    /// DTLS starts when a pair is selected and the answer has told the far side's fingerprint and our role.
    func startDTLSIfReady(at now: Instant) {
        guard dtls == nil, !dtlsFailed, ice.selectedPair != nil, let negotiated else { return }
        do {
            let fingerprints = negotiated.fingerprints.compactMap { DTLSFingerprint(parsing: $0) }
            let transport = try DTLSTransport(
                certificate: configuration.certificate, role: negotiated.dtlsRole, remoteFingerprints: fingerprints)
            dtls = transport
            transport.start(at: now)
            for bytes in earlyDTLS { transport.receive(bytes, at: now) }
            earlyDTLS = []
            drainDTLS(at: now)
        } catch {
            dtlsFailed = true
        }
        updateConnectionState()
    }

    func receiveDTLS(_ bytes: [UInt8], at now: Instant) {
        guard let dtls else {
            if earlyDTLS.count < Self.earlyDTLSCap { earlyDTLS.append(bytes) }
            startDTLSIfReady(at: now)
            return
        }
        dtls.receive(bytes, at: now)
        drainDTLS(at: now)
    }

    func drainDTLS(at now: Instant) {
        guard let dtls else { return }
        while let bytes = dtls.pollTransmit() {
            dtlsBytesSent &+= bytes.count
            transmit(bytes, at: now)
        }
        if outboundSRTP == nil, dtls.areKeysAgreed { startMedia(with: dtls, at: now) }
        startDataChannelsIfReady(at: now)
        while let packet = dtls.pollApplicationData() { dataChannels?.receive(packet, at: now) }
        updateConnectionState()
    }

    /// The fingerprint fits, and both have their keys or will have them before any media comes: SRTP begins.
    private func startMedia(with dtls: DTLSTransport, at now: Instant) {
        guard let material = dtls.exportSRTPKeys() else { return }
        do {
            let isClient = dtls.role == .client
            outboundSRTP = try SRTPSession(
                profile: material.profile, key: isClient ? material.clientKey : material.serverKey,
                salt: isClient ? material.clientSalt : material.serverSalt, direction: .outbound)
            srtpProfile = material.profile
            inboundSRTP = try SRTPSession(
                profile: material.profile, key: isClient ? material.serverKey : material.clientKey,
                salt: isClient ? material.serverSalt : material.clientSalt, direction: .inbound)
        } catch {
            dtlsFailed = true
            return
        }
        if let roundTripTime = ice.roundTripTime { rtp.hintRoundTripTime(roundTripTime) }
        rtp.transportReady(at: now)
        receiveEarlyMedia(at: now)
        events.append(.mediaReady)
    }
}
