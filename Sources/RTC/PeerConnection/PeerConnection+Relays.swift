import Wire

/// Relays on TURN servers: the connections that the owner opens for them, and what comes and goes through them.
extension PeerConnection {
    /// So much silence of a relay in use is a reason to ask whether it still knows us: one that has started anew takes what
    /// we send, and says nothing.
    private static let relaySilence = Duration.seconds(1)
    /// Between two such questions. On hold there is little to hear.
    private static let relayProbeInterval = Duration.seconds(10)

    /// When our relays are to be asked whether they still know us; nil while no relay of ours is in use.
    var relayProbeDueAt: Instant? {
        guard !relays.isEmpty, let heardAt = ice.heardAt, let base = ice.selectedPair?.base, relays.isRelayed(base)
        else { return nil }
        let due = heardAt + Self.relaySilence
        // Asked once for each silence.
        guard let relayProbedAt else { return due }
        return relayProbedAt >= heardAt ? nil : max(due, relayProbedAt + Self.relayProbeInterval)
    }

    /// The next thing to do for a connection to a TURN server; nil when there is none. To be polled with `pollTransmit`,
    /// after it: a connection is closed when its last messages are on their way.
    package func pollTURNConnectionRequest() -> TURNConnectionRequest? { relays.pollRequest() }

    /// A connection asked for is open, with TLS where that was asked for.
    package func turnConnected(_ id: TURNConnectionID, at now: Instant) {
        guard !isClosed else { return }
        relays.connected(id, at: now)
        drainICE(at: now)
    }

    /// A connection could not be opened, or has ended.
    package func turnDisconnected(_ id: TURNConnectionID, at now: Instant) {
        guard !isClosed else { return }
        relays.disconnected(id, at: now)
        drainICE(at: now)
    }

    /// Bytes of a connection to a TURN server, in whatever pieces they come.
    package func receive(_ bytes: [UInt8], by id: TURNConnectionID, at now: Instant) {
        guard !isClosed else { return }
        receiveRelayed(relays.receive(bytes, by: id, at: now), at: now)
    }

    /// New credentials for the servers configured as `url`, for instance before those of now end. What is allocated goes on
    /// with the old ones as long as the server takes them.
    package func setTURNCredentials(_ credentials: TURNCredentials, url: String, at now: Instant) {
        guard !isClosed else { return }
        relays.setCredentials(credentials, url: url, at: now)
        drainICE(at: now)
    }

    func receiveRelayed(_ datagrams: [RelayedDatagram], at now: Instant) {
        // First the relays' own news: one may be for an address that ICE is yet to hear of.
        drainRelays(at: now)
        for datagram in datagrams {
            receiveFromPeer(datagram.bytes, from: datagram.peer, to: datagram.relayed, at: now)
        }
        drainICE(at: now)
    }

    /// Carries what relays have to tell to ICE, and what they have to send to the outside.
    func drainRelays(at now: Instant) {
        guard !relays.isEmpty else { return }
        var hasChanged = false
        while let change = relays.pollChange() {
            hasChanged = true
            switch change {
            case .added(let relay): ice.addRelay(relay, at: now)
            case .removed(let base): ice.removeLocalHost(base, at: now)
            }
        }
        while let transmit = relays.pollTransmit() { transmits.append(transmit) }
        guard ice.state != .closed else { return }
        if relays.pendingCount != ice.pendingRelays {
            hasChanged = true
            ice.setPendingRelays(relays.pendingCount, at: now)
        }
        // What ICE makes of it goes the same way, until neither has any news.
        if hasChanged { drainICE(at: now) }
    }
}
