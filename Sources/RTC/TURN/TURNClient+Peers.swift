import Wire

/// Permissions, channels and what goes through them (RFC 8656 §9 to §12).
extension TURNClient {
    /// The relayed address that speaks with peers of a family; nil while there is none.
    package func relayedAddress(for peer: TransportAddress) -> TransportAddress? {
        relayed.first { $0.ip.isIPv4 == peer.ip.isIPv4 }
    }

    /// Sends a datagram to a peer. The first to an address goes right behind the request for its permission, which the
    /// server takes first: that saves a round trip. Data other than STUN, of which there will be much, also has a channel
    /// bound. Dropped are datagrams without an allocation and those beyond the caps.
    package mutating func send(_ bytes: [UInt8], to peer: TransportAddress, at now: Instant) {
        guard state == .allocated, relayedAddress(for: peer) != nil, bytes.count <= TURNLimits.datagramBytes else {
            return
        }
        guard permit(peer.ip, at: now) else {
            if permissions[peer.ip]?.state == .requested,
                permissions[peer.ip]?.waiting.count ?? 0 < TURNLimits.waitingDatagrams
            {
                permissions[peer.ip]?.waiting.append((peer, bytes))
                sendIndication(bytes, to: peer, at: now)
            }
            return
        }
        permissions[peer.ip]?.isUsed = true
        if channels[peer]?.state == .bound, let number = channels[peer]?.number {
            channels[peer]?.isUsed = true
            let message = ChannelData(number: number, data: bytes)
            return transmit(message.serialized(padded: server.transport.isStream), at: now)
        }
        if let first = bytes.first, first > 3 { bind(peer, at: now) }
        sendIndication(bytes, to: peer, at: now)
    }

    private mutating func sendIndication(_ bytes: [UInt8], to peer: TransportAddress, at now: Instant) {
        let message = STUNMessage(
            .indication, .send, transaction: STUNTransactionID(using: &random),
            attributes: [.xorPeerAddress(peer), .data(bytes)])
        transmit(message.serialized(withFingerprint: false), at: now)
    }

    /// Whether datagrams may go to an address now; otherwise its permission is asked for.
    private mutating func permit(_ ip: IPAddress, at now: Instant) -> Bool {
        if let permission = permissions[ip] { return permission.state == .granted }
        guard permissions.count < TURNLimits.peers else { return false }
        permissions[ip] = TURNPermission()
        request(.permission(ip), at: now)
        return false
    }

    private mutating func bind(_ peer: TransportAddress, at now: Instant) {
        if let channel = channels[peer] {
            guard channel.state == .unbound, channel.dueAt == nil else { return }
            channels[peer]?.state = .requested
            return request(.channel(peer), at: now)
        }
        guard channels.count < TURNLimits.peers, nextChannelNumber <= ChannelData.numbers.upperBound else { return }
        channels[peer] = TURNChannel(number: nextChannelNumber)
        channelPeers[nextChannelNumber] = peer
        nextChannelNumber += 1
        request(.channel(peer), at: now)
    }

    /// - Parameter isFirst: whether the server took the request the first time that it was sent; if not, what was sent behind
    ///   it came too early, and is sent again.
    mutating func permitted(_ ip: IPAddress, isFirst: Bool, at now: Instant) {
        guard let permission = permissions[ip], state == .allocated else { return }
        var granted = TURNPermission(state: .granted, dueAt: now + timing.permissionRefresh)
        granted.isUsed = !permission.waiting.isEmpty
        permissions[ip] = granted
        guard !isFirst else { return }
        for (peer, bytes) in permission.waiting { send(bytes, to: peer, at: now) }
    }

    mutating func bound(_ peer: TransportAddress, at now: Instant) {
        guard channels[peer] != nil else { return }
        channels[peer]?.state = .bound
        channels[peer]?.isUsed = false
        channels[peer]?.dueAt = now + timing.channelRefresh
    }

    /// A refusal is respected for a while; a lost answer costs only what waited.
    mutating func permissionFailed(_ ip: IPAddress, _ failure: TURNFailure, at now: Instant) {
        guard failure != .timeout else {
            permissions[ip] = nil
            return
        }
        permissions[ip] = TURNPermission(state: .refused, dueAt: now + timing.refusal)
    }

    mutating func channelFailed(_ peer: TransportAddress, at now: Instant) {
        channels[peer]?.state = .unbound
        channels[peer]?.dueAt = now + timing.refusal
    }

    /// Renews what has been used since it was last granted, and lets the rest go.
    mutating func refreshPeers(at now: Instant) {
        for (ip, permission) in permissions {
            guard let dueAt = permission.dueAt, dueAt <= now else { continue }
            guard permission.state == .granted, permission.isUsed else {
                permissions[ip] = nil
                continue
            }
            permissions[ip]?.dueAt = nil
            request(.permission(ip), at: now)
        }
        for (peer, channel) in channels {
            guard let dueAt = channel.dueAt, dueAt <= now else { continue }
            channels[peer]?.dueAt = nil
            if channel.state == .bound, channel.isUsed {
                request(.channel(peer), at: now)
            } else {
                channels[peer]?.state = .unbound
            }
        }
    }

    mutating func receiveChannelData(_ message: [UInt8]) -> RelayedDatagram? {
        guard let channel = try? ChannelData(parsing: message), let peer = channelPeers[channel.number] else {
            return nil
        }
        return relayedDatagram(channel.data, from: peer)
    }

    /// Data indications; those of ICMP tell what checks and consent find out for themselves.
    mutating func receiveIndication(_ message: STUNMessage) -> RelayedDatagram? {
        guard message.method == .data, message.unknownRequiredTypes.isEmpty, let peer = message.peerAddress,
            let data = message.data
        else { return nil }
        return relayedDatagram(data, from: peer)
    }

    /// Nil unless we have asked to permit the peer: the server must not be the one to decide who may speak to us.
    private func relayedDatagram(_ bytes: [UInt8], from peer: TransportAddress) -> RelayedDatagram? {
        guard state == .allocated, let permission = permissions[peer.ip], permission.state != .refused,
            let relayed = relayedAddress(for: peer)
        else { return nil }
        return RelayedDatagram(bytes: bytes, peer: peer, relayed: relayed)
    }
}
