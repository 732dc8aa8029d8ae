import Wire

/// Writing our own descriptions.
extension JSEPSession {
    /// A new offer, in force at once.
    package mutating func createOffer(
        usernameFragment: String, password: String, candidates: [String], endOfCandidates: Bool
    ) throws(JSEPError) -> String {
        guard signalingState == .stable else { throw .wrongState }
        rememberStable()
        placeNewSections()
        let transport = transportAttributes(
            usernameFragment, password, candidates, endOfCandidates, setup: "actpass")
        var media: [SDPMedia] = []
        for slot in slots {
            switch slot {
            case .media(let index):
                let transceiver = transceivers[index]
                media.append(
                    describe(
                        transceiver, codecs: transceiver.ordered(offeredCodecs(transceiver)),
                        protection: offeredProtection(transceiver),
                        extensions: offeredExtensions(for: transceiver.kind),
                        direction: transceiver.direction, transport: transport))
            case .data(let mid): media.append(describeData(mid: mid, transport: transport))
            case .rejected(let section): media.append(Self.refusal(of: section))
            }
        }
        guard !media.isEmpty else { throw .incompatible }
        let description = finish(media)
        localOffer = description
        hasLocalDescription = true
        signalingState = .haveLocalOffer
        return description.text
    }

    /// The answer to the remote offer, in force at once.
    package mutating func createAnswer(
        usernameFragment: String, password: String, candidates: [String], endOfCandidates: Bool
    ) throws(JSEPError) -> String {
        guard signalingState == .haveRemoteOffer, let offer = remoteOffer else { throw .wrongState }
        let isActive = answersActively(offer)
        let transport = transportAttributes(
            usernameFragment, password, candidates, endOfCandidates, setup: isActive ? "active" : "passive")
        var media: [SDPMedia] = []
        for (index, slot) in slots.enumerated() where offer.media.indices.contains(index) {
            let section = offer.media[index]
            switch slot {
            case .media(let number):
                let transceiver = transceivers[number]
                let codecs = transceiver.ordered(CodecNegotiation.common(in: section, kind: transceiver.kind))
                let known = Set(HeaderExtensionURI.offered(for: transceiver.kind).map(\.uri))
                let extensions = section.headerExtensions.filter { known.contains($0.uri) }.map { ($0.id, $0.uri) }
                let direction = transceiver.direction.intersected(with: Self.direction(of: section, in: offer))
                transceivers[number].currentDirection = direction
                media.append(
                    describe(
                        transceiver, codecs: codecs,
                        protection: CodecNegotiation.protection(in: section, kind: transceiver.kind),
                        extensions: extensions, direction: direction,
                        transport: transport, isMidded: section["mid"] != nil))
            case .data(let mid): media.append(describeData(mid: mid, transport: transport))
            case .rejected: media.append(Self.refusal(of: section))
            }
        }
        let description = finish(media)
        hasLocalDescription = true
        negotiated = try settle(remote: offer, role: isActive ? .client : .server)
        for index in transceivers.indices { transceivers[index].preferredCodec = nil }
        removeStopped()
        remoteDescription = offer
        signalingState = .stable
        stable = []
        return description.text
    }

    /// The offerer leaves the choice to us mostly; an established role stays (RFC 8842 §5.3).
    private func answersActively(_ offer: SessionDescription) -> Bool {
        if let negotiated { return negotiated.dtlsRole == .client }
        return Self.setup(of: offer) != "active"
    }

    static func setup(of description: SessionDescription) -> String? {
        description.media.lazy.filter { $0.port != 0 }.compactMap { $0["setup"] }.first ?? description["setup"]
    }

    /// Sections that the next offer has and the last one had not. They take the places of those that were refused, so that
    /// a long call's descriptions do not grow (RFC 9429 §5.2.2).
    private mutating func placeNewSections() {
        for index in transceivers.indices where transceivers[index].mid == nil {
            transceivers[index].mid = freshMid()
            place(.media(index))
        }
        let hasData = slots.contains { if case .data = $0 { true } else { false } }
        if wantsData, !hasData { place(.data(mid: freshMid())) }
    }

    private mutating func place(_ slot: Slot) {
        let free = slots.firstIndex { if case .rejected = $0 { true } else { false } }
        if let free { slots[free] = slot } else { slots.append(slot) }
    }

    private func transportAttributes(
        _ usernameFragment: String, _ password: String, _ candidates: [String], _ endOfCandidates: Bool, setup: String
    ) -> [SDPAttribute] {
        var attributes = [
            SDPAttribute("ice-ufrag", usernameFragment), SDPAttribute("ice-pwd", password),
            SDPAttribute("ice-options", "trickle"), SDPAttribute("fingerprint", fingerprint),
            SDPAttribute("setup", setup),
        ]
        for candidate in candidates {
            attributes.append(SDPAttribute("candidate", String(candidate.dropFirst("candidate:".count))))
        }
        if endOfCandidates { attributes.append(SDPAttribute("end-of-candidates")) }
        return attributes
    }

    private func describe(
        _ transceiver: Transceiver, codecs: [NegotiatedCodec], protection: NegotiatedProtection?,
        extensions: [(id: UInt8, uri: String)], direction: TransceiverDirection, transport: [SDPAttribute],
        isMidded: Bool = true
    ) -> SDPMedia {
        var (formats, codecLines) = CodecNegotiation.describe(codecs)
        if let protection {
            let lines = CodecNegotiation.describe(protection)
            formats += lines.formats
            codecLines += lines.attributes
        }
        var attributes = [SDPAttribute("rtcp", "9 IN IP4 0.0.0.0")] + transport
        if isMidded, let mid = transceiver.mid { attributes.append(SDPAttribute("mid", mid)) }
        attributes += extensions.map { SDPAttribute("extmap", "\($0.id) \($0.uri)") }
        attributes.append(SDPAttribute(direction.rawValue))
        if direction.sends { attributes.append(SDPAttribute("msid", "\(streamID) \(transceiver.trackID)")) }
        attributes += [SDPAttribute("rtcp-mux"), SDPAttribute("rtcp-rsize")] + codecLines
        if direction.sends { attributes += sourceLines(transceiver, hasRTX: codecs.first?.rtxPayloadType != nil) }
        return SDPMedia(
            kind: transceiver.kind.rawValue, port: 9, transport: "UDP/TLS/RTP/SAVPF", formats: formats,
            attributes: attributes)
    }

    private func sourceLines(_ transceiver: Transceiver, hasRTX: Bool) -> [SDPAttribute] {
        var lines: [SDPAttribute] = []
        if hasRTX, let rtx = transceiver.rtxSSRC {
            lines.append(SDPAttribute("ssrc-group", "FID \(transceiver.ssrc) \(rtx)"))
        }
        lines.append(SDPAttribute("ssrc", "\(transceiver.ssrc) cname:\(cname)"))
        if hasRTX, let rtx = transceiver.rtxSSRC { lines.append(SDPAttribute("ssrc", "\(rtx) cname:\(cname)")) }
        return lines
    }

    private func describeData(mid: String, transport: [SDPAttribute]) -> SDPMedia {
        SDPMedia(
            kind: "application", port: 9, transport: "UDP/DTLS/SCTP", formats: ["webrtc-datachannel"],
            attributes: transport + [
                SDPAttribute("mid", mid), SDPAttribute("sctp-port", "5000"),
                SDPAttribute("max-message-size", "262144"),
            ])
    }

    private static func refusal(of section: SDPMedia) -> SDPMedia {
        SDPMedia(
            kind: section.kind, port: 0, transport: section.transport, formats: Array(section.formats.prefix(1)),
            attributes: section["mid"].map { [SDPAttribute("mid", $0), SDPAttribute("inactive")] } ?? [])
    }

    private mutating func finish(_ media: [SDPMedia]) -> SessionDescription {
        sessionVersion += 1
        let mids = media.filter { $0.port != 0 }.compactMap { $0["mid"] }
        var attributes: [SDPAttribute] = []
        if !mids.isEmpty { attributes.append(SDPAttribute("group", "BUNDLE \(mids.joined(separator: " "))")) }
        attributes += [SDPAttribute("extmap-allow-mixed"), SDPAttribute("msid-semantic", " WMS \(streamID)")]
        return SessionDescription(
            sessionID: sessionID, sessionVersion: sessionVersion, attributes: attributes, media: media)
    }
}
