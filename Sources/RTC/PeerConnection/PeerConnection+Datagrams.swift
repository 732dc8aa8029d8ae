import Wire

/// The way of a datagram in, of datagrams out, and of time.
extension PeerConnection {
    /// The most encrypted media packets kept until the DTLS handshake ends: about half a second of sound.
    private static let earlyMediaCap = 32

    /// A datagram that `remote` sent to our socket at `base`. Anything that is not ours is dropped.
    package func receive(
        _ bytes: [UInt8], from remote: TransportAddress, to base: TransportAddress, at now: Instant
    ) {
        guard !isClosed else { return }
        if !relays.isEmpty, TURNClient.isRelaying(bytes), relays.isServer(remote, at: base) {
            let datagram = relays.receive(bytes, from: remote, to: base, at: now)
            return receiveRelayed(datagram.map { [$0] } ?? [], at: now)
        }
        receiveFromPeer(bytes, from: remote, to: base, at: now)
    }

    /// What the far side sent, to a socket or to a relayed address of ours.
    func receiveFromPeer(
        _ bytes: [UInt8], from remote: TransportAddress, to base: TransportAddress, at now: Instant
    ) {
        guard let kind = DatagramKind(bytes) else { return }
        switch kind {
        case .stun:
            ice.receive(bytes, from: remote, to: base, at: now)
            drainICE(at: now)
        case .dtls:
            // Only from a 5-tuple that has proved to know the credentials: a stray ClientHello ends nothing.
            guard ice.isValidated(base: base, remote: remote) else { return }
            dtlsBytesReceived &+= bytes.count
            receiveDTLS(bytes, at: now)
        case .rtp, .rtcp:
            guard ice.isValidated(base: base, remote: remote) else { return }
            if receiveMedia(bytes, isRTCP: kind == .rtcp, at: now) {
                ice.packetAuthenticated(from: remote, to: base, at: now)
            }
        case .turnChannel:
            break
        }
    }

    /// False for a packet that was not accepted.
    @discardableResult
    private func receiveMedia(_ bytes: [UInt8], isRTCP: Bool, at now: Instant) -> Bool {
        guard let inboundSRTP else {
            if earlyMedia.count < Self.earlyMediaCap, dtls != nil { earlyMedia.append(bytes) }
            return false
        }
        var packet = bytes
        if isRTCP {
            guard inboundSRTP.unprotectRTCP(&packet) else { return false }
            rtp.receiveRTCP(packet, at: now)
        } else {
            guard inboundSRTP.unprotectRTP(&packet) else { return false }
            rtp.receiveRTP(packet, at: now)
        }
        return true
    }

    /// Media that was waiting for the keys.
    func receiveEarlyMedia(at now: Instant) {
        let waiting = earlyMedia
        earlyMedia = []
        for bytes in waiting {
            receiveMedia(bytes, isRTCP: DatagramKind(bytes) == .rtcp, at: now)
        }
    }

    /// The owner's timer fired; early or late does not matter.
    package func handleTimeout(at now: Instant) {
        guard !isClosed else { return }
        if let due = relayProbeDueAt, due <= now {
            relayProbedAt = now
            relays.probe(at: now)
        }
        if let due = relays.nextTimeout, due <= now { relays.handleTimeout(at: now) }
        if let due = ice.nextTimeout, due <= now { ice.handleTimeout(at: now) }
        drainICE(at: now)
        if let dtls, let due = dtls.nextTimeout, due <= now {
            dtls.handleTimeout(at: now)
            drainDTLS(at: now)
        }
        if let dataChannels, let due = dataChannels.nextTimeout, due <= now {
            dataChannels.handleTimeout(at: now)
            drainDataChannels(at: now)
        }
        if let due = rtp.nextTimeout, due <= now { rtp.handleTimeout(at: now) }
        if let due = restartDueAt, due <= now { askForRestart(at: now) }
    }

    /// When `handleTimeout` wants to be called next.
    package var nextTimeout: Instant? {
        guard !isClosed else { return nil }
        var next = earliest(ice.nextTimeout, dtls?.nextTimeout)
        next = earliest(next, relays.nextTimeout)
        next = earliest(next, relayProbeDueAt)
        next = earliest(next, restartDueAt)
        next = earliest(next, dataChannels?.nextTimeout)
        return earliest(next, rtp.nextTimeout)
    }

    /// The next datagram to send; nil when nothing is left to send at this instant.
    package func pollTransmit(at now: Instant) -> Transmit? {
        if transmitIndex == transmits.count {
            transmits.removeAll(keepingCapacity: true)
            transmitIndex = 0
            drainICE(at: now)
            drainMedia(at: now)
            drainDataChannels(at: now)
        }
        guard transmitIndex < transmits.count else { return nil }
        defer { transmitIndex += 1 }
        return transmits[transmitIndex]
    }

    /// Sends over the selected pair; while there is none, what is not STUN is dropped (DTLS and SCTP repeat).
    func transmit(_ bytes: [UInt8], at now: Instant) {
        guard let pair = ice.selectedPair else { return }
        send(bytes, from: pair.base, to: pair.remote, at: now)
    }

    /// From a socket, or through the relay that `base` is on.
    func send(_ bytes: [UInt8], from base: TransportAddress, to remote: TransportAddress, at now: Instant) {
        guard !relays.isEmpty, relays.isRelayed(base) else {
            return transmits.append(Transmit(bytes: bytes, base: base, remote: remote))
        }
        relays.send(bytes, from: base, to: remote, at: now)
        while let transmit = relays.pollTransmit() { transmits.append(transmit) }
    }

    func drainMedia(at now: Instant) {
        guard let outboundSRTP else { return }
        let hasWay = ice.selectedPair != nil
        while let packet = rtp.pollPacket(at: now) {
            // Without a way media is lost, as on any broken network. Kept, it would be due at every instant to come.
            guard hasWay else { continue }
            var bytes = packet.bytes
            let isProtected = packet.isRTCP ? outboundSRTP.protectRTCP(&bytes) : outboundSRTP.protectRTP(&bytes)
            if isProtected { transmit(bytes, at: now) }
        }
        while let event = rtp.pollEvent() { forward(event) }
    }

    private func forward(_ event: RTPSessionEvent) {
        switch event {
        case .audioPacket(let mid, let audio): events.append(.audio(mid: mid, audio))
        case .videoFrame(let mid, let frame): events.append(.video(mid: mid, frame))
        case .keyFrameRequested(let mid): events.append(.keyFrameRequested(mid: mid))
        case .lossReport(let mid, let fraction): events.append(.lossReported(mid: mid, fraction: fraction))
        case .bye(let mid): events.append(.bye(mid: mid))
        case .targetBitrateChanged(let video, let total):
            events.append(.targetBitrateChanged(video: video, total: total))
        case .videoSuspended(let isSuspended): events.append(.videoSuspended(isSuspended))
        case .videoHeld(let isHeld): events.append(.videoHeld(isHeld))
        case .sourceChanged, .roundTripTime, .remoteBitrateLimit: break
        }
    }
}
