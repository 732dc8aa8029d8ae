import Wire

/// Data channels: SCTP over DTLS (RFC 8831).
extension PeerConnection {
    /// Opens a channel, now or as soon as the association stands. Needs a data section in the description.
    package func openDataChannel(_ options: DataChannelOptions, at now: Instant) throws {
        addDataSection()
        guard let dataChannels else {
            if earlyChannels.count < 64 { earlyChannels.append(options) }
            return
        }
        _ = try dataChannels.open(options, at: now)
        drainDataChannels(at: now)
    }

    /// - Throws: when the channel is not open or the text is larger than the far side takes.
    package func send(text: String, on channel: Int, at now: Instant) throws {
        try dataChannels?.send(text: text, on: channel, at: now)
        drainDataChannels(at: now)
    }

    /// - Throws: as `send(text:)`.
    package func send(binary: [UInt8], on channel: Int, at now: Instant) throws {
        try dataChannels?.send(binary: binary, on: channel, at: now)
        drainDataChannels(at: now)
    }

    /// Closes a channel in both directions (RFC 8831 §6.7).
    package func closeDataChannel(_ channel: Int, at now: Instant) {
        dataChannels?.closeChannel(channel, at: now)
        drainDataChannels(at: now)
    }

    /// The association starts when both DTLS and a data section are there, whichever comes last.
    func startDataChannelsIfReady(at now: Instant) {
        guard dataChannels == nil, let dtls, dtls.state == .connected, let section = negotiated?.dataChannel else {
            return
        }
        let transport = DataChannelTransport(
            role: dtls.role, remotePort: section.remotePort, maxMessageSize: section.maxMessageSize)
        dataChannels = transport
        transport.start(at: now)
        for options in earlyChannels { _ = try? transport.open(options, at: now) }
        earlyChannels = []
        drainDataChannels(at: now)
    }

    func drainDataChannels(at now: Instant) {
        guard let dataChannels, let dtls else { return }
        while let packet = dataChannels.pollTransmit() { dtls.send(packet) }
        while let bytes = dtls.pollTransmit() {
            dtlsBytesSent &+= bytes.count
            transmit(bytes, at: now)
        }
        while let event = dataChannels.pollEvent() { events.append(.dataChannel(event)) }
    }
}
