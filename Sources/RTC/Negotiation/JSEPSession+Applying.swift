import Wire

/// Reading the far side's descriptions.
extension JSEPSession {
    /// Checks the far side's description and puts it in force. Nothing changes when it is refused.
    package mutating func setRemote(_ type: DescriptionType, _ text: String) throws(JSEPError) {
        guard type != .rollback else {
            // Only the far side's own offer is its to take back (W3C setRemoteDescription).
            guard signalingState == .haveRemoteOffer else { throw .wrongState }
            try rollback()
            return
        }
        let description: SessionDescription
        do {
            description = try SessionDescription(parsing: text)
        } catch {
            throw .malformed(error)
        }
        var next = self
        if type == .offer { try next.takeOffer(description) } else { try next.takeAnswer(description) }
        self = next
    }

    private mutating func takeOffer(_ offer: SessionDescription) throws(JSEPError) {
        guard signalingState == .stable else { throw .wrongState }
        guard offer.media.count >= slots.count, !offer.media.isEmpty else { throw .mismatch }
        let mids = offer.media.compactMap { $0["mid"] }
        guard Set(mids).count == mids.count else { throw .malformed(.malformed("mid")) }
        try checkSetup(ofOffer: offer)
        rememberStable()
        let bundled = Self.bundledMids(of: offer)
        for (index, section) in offer.media.enumerated() {
            let slot = try place(section, at: index, bundled: bundled, in: offer)
            if case .rejected = slot { stop(at: index) }
            if index < slots.count { slots[index] = slot } else { slots.append(slot) }
        }
        let isUsable = slots.contains { if case .rejected = $0 { false } else { true } }
        guard isUsable else { throw .incompatible }
        try readTransport(offer)
        remoteOffer = offer
        signalingState = .haveRemoteOffer
    }

    /// Which of our sections answers one of the offer's; unknown and unusable ones are refused in their place.
    private mutating func place(
        _ section: SDPMedia, at index: Int, bundled: Set<String>, in offer: SessionDescription
    ) throws(JSEPError) -> Slot {
        let mid = section["mid"] ?? String(index)
        let isBundled = bundled.contains(mid)
        // Port 0 without being in the bundle is a refusal; within it, it only means "not the one with the ports".
        if section.port != 0 || isBundled, let before = sectionInUse(at: index) {
            guard before == (section.kind, mid) else { throw .mismatch }
        }
        guard mid.utf8.count <= 32, section.port != 0 || isBundled, isBundled || index == 0 else {
            return .rejected(section)
        }
        if section.kind == "application" {
            let isData = section.transport.hasSuffix("DTLS/SCTP") && section.formats.contains("webrtc-datachannel")
            return isData ? .data(mid: mid) : .rejected(section)
        }
        guard let kind = MediaKind(rawValue: section.kind), section.transport.hasSuffix("RTP/SAVPF"),
            section["rtcp-mux"] != nil || section["rtcp-mux-only"] != nil,
            !CodecNegotiation.common(in: section, kind: kind).isEmpty
        else { return .rejected(section) }
        if slots.indices.contains(index), case .media(let number) = slots[index], transceivers[number].mid == mid,
            transceivers[number].kind == kind
        {
            return .media(number)
        }
        guard mediaSectionCount < Self.mediaSectionCap else { return .rejected(section) }
        return .media(bind(kind, mid: mid))
    }

    private var mediaSectionCount: Int { slots.count { if case .media = $0 { true } else { false } } }

    /// A section that one side refuses has no way back: its place may go to another (RFC 9429 §5.2.2, §5.10).
    private mutating func stop(at index: Int) {
        guard slots.indices.contains(index), case .media(let number) = slots[index] else { return }
        transceivers[number].isStopped = true
        transceivers[number].currentDirection = nil
    }

    /// The stopped ones go as soon as both sides have agreed on that.
    mutating func removeStopped() {
        var positions: [Int: Int] = [:]
        var kept: [Transceiver] = []
        for var transceiver in transceivers where !transceiver.isStopped {
            positions[transceiver.index] = kept.count
            transceiver.index = kept.count
            kept.append(transceiver)
        }
        transceivers = kept
        for index in slots.indices {
            if case .media(let number) = slots[index], let position = positions[number] {
                slots[index] = .media(position)
            }
        }
    }

    /// What a section that lives is and is called: it must stay so (RFC 9429 §5.2.2). A refused one may be recycled.
    private func sectionInUse(at index: Int) -> (kind: String, mid: String)? {
        guard slots.indices.contains(index), let mid = mid(of: slots[index]), let remote = remoteDescription,
            remote.media.indices.contains(index),
            remote.media[index].port != 0 || Self.bundledMids(of: remote).contains(remote.media[index]["mid"] ?? "")
        else { return nil }
        if case .media(let number) = slots[index] { return (transceivers[number].kind.rawValue, mid) }
        return ("application", mid)
    }

    /// An offer leaves the DTLS role open, or names the one that is in force (RFC 8842 §5.5).
    private func checkSetup(ofOffer offer: SessionDescription) throws(JSEPError) {
        switch Self.setup(of: offer) {
        case nil, "actpass": return
        case "active": if negotiated?.dtlsRole == .client { throw .transportChanged }
        case "passive": if negotiated?.dtlsRole == .server { throw .transportChanged }
        default: throw .incompatible
        }
    }

    /// A section of ours that waits for its first description, or a new one that receives until we say otherwise.
    private mutating func bind(_ kind: MediaKind, mid: String) -> Int {
        let number: Int
        if let waiting = transceivers.firstIndex(where: { $0.kind == kind && $0.mid == nil && !$0.isStopped }) {
            number = waiting
        } else {
            transceivers.append(makeTransceiver(kind, direction: .recvonly))
            number = transceivers.count - 1
        }
        transceivers[number].mid = mid
        return number
    }

    private mutating func takeAnswer(_ answer: SessionDescription) throws(JSEPError) {
        guard signalingState == .haveLocalOffer, let offer = localOffer else { throw .wrongState }
        guard answer.media.count == offer.media.count else { throw .mismatch }
        for (theirs, ours) in zip(answer.media, offer.media) {
            guard theirs.kind == ours.kind else { throw .mismatch }
            guard theirs.port == 0 || theirs["mid"] == nil || theirs["mid"] == ours["mid"] else { throw .mismatch }
        }
        try checkMultiplexing(ofAnswer: answer)
        let role: DTLSRole
        switch Self.setup(of: answer) {
        case "active": role = .server
        case "passive": role = .client
        default: throw .mismatch
        }
        if let negotiated, negotiated.dtlsRole != role { throw .transportChanged }
        try readTransport(answer)
        for (index, section) in answer.media.enumerated() {
            guard slots.indices.contains(index), isAccepted(section, as: slots[index]) else {
                stop(at: index)
                if slots.indices.contains(index) { slots[index] = .rejected(section) }
                continue
            }
            guard case .media(let number) = slots[index] else { continue }
            // Said once: a later offer, made for another reason, keeps the order of then.
            transceivers[number].preferredCodec = nil
            transceivers[number].currentDirection = transceivers[number].direction.intersected(
                with: Self.direction(of: section, in: answer))
        }
        negotiated = try settle(remote: answer, role: role)
        removeStopped()
        remoteDescription = answer
        localOffer = nil
        signalingState = .stable
        stable = []
    }

    private func isAccepted(_ section: SDPMedia, as slot: Slot) -> Bool {
        switch slot {
        case .media(let number):
            section.port != 0 && !CodecNegotiation.common(in: section, kind: transceivers[number].kind).isEmpty
        case .data: section.port != 0
        case .rejected: false
        }
    }

    /// There is one transport: RTP and RTCP share it, and so do all sections (RFC 9143 §7.3, RFC 8858).
    private func checkMultiplexing(ofAnswer answer: SessionDescription) throws(JSEPError) {
        let live = answer.media.filter { $0.port != 0 }
        let bundled = Self.bundledMids(of: answer)
        guard !live.isEmpty, live.count == 1 || live.allSatisfy({ bundled.contains($0["mid"] ?? "") }),
            live.allSatisfy({ MediaKind(rawValue: $0.kind) == nil || $0["rtcp-mux"] != nil })
        else { throw .incompatible }
        let isOfUse = live.contains { section in
            guard let kind = MediaKind(rawValue: section.kind) else { return section.kind == "application" }
            return !CodecNegotiation.common(in: section, kind: kind).isEmpty
        }
        guard isOfUse else { throw .incompatible }
    }

    /// ICE and DTLS may stand at the session or in the section (S6); the first live section decides.
    private mutating func readTransport(_ description: SessionDescription) throws(JSEPError) {
        let bundled = Self.bundledMids(of: description)
        guard
            let section = description.media.first(where: {
                $0.port != 0 || bundled.contains($0["mid"] ?? "")
            })
        else { throw .incompatible }
        guard let usernameFragment = section["ice-ufrag"] ?? description["ice-ufrag"],
            let password = section["ice-pwd"] ?? description["ice-pwd"],
            (4...256).contains(usernameFragment.utf8.count),
            (22...256).contains(password.utf8.count)
        else { throw .noCredentials }
        let fingerprints = Self.fingerprints(of: section, in: description)
        guard !fingerprints.isEmpty else { throw .noFingerprint }
        if let negotiated, Set(negotiated.fingerprints) != Set(fingerprints) {
            let isRestart = remoteTransport?.usernameFragment != usernameFragment
            throw isRestart ? .certificateChanged : .transportChanged
        }
        remoteTransport = RemoteTransport(
            usernameFragment: usernameFragment, password: password, isLite: description["ice-lite"] != nil,
            candidates: section.values("candidate").prefix(256).map { "candidate:" + $0 },
            endOfCandidates: section["end-of-candidates"] != nil)
    }

    static func fingerprints(of section: SDPMedia, in description: SessionDescription) -> [String] {
        let own = section.values("fingerprint")
        let all = own.isEmpty ? description.values("fingerprint") : own
        return all.prefix(8).compactMap { DTLSFingerprint(parsing: $0)?.description }
    }

    static func bundledMids(of description: SessionDescription) -> Set<String> {
        for group in description.values("group") {
            let parts = group.split(separator: " ")
            if parts.first == "BUNDLE" { return Set(parts.dropFirst().map(String.init)) }
        }
        return []
    }

    static func direction(of section: SDPMedia, in description: SessionDescription) -> TransceiverDirection {
        for direction in TransceiverDirection.allCases where section[direction.rawValue] != nil { return direction }
        for direction in TransceiverDirection.allCases where description[direction.rawValue] != nil { return direction }
        return .sendrecv
    }

    /// What both descriptions together mean, section by section; those that are refused mean nothing.
    func settle(remote: SessionDescription, role: DTLSRole) throws(JSEPError) -> NegotiatedSession {
        var media: [NegotiatedMedia] = []
        var data: DataSection?
        var fingerprints: [String] = []
        for (index, slot) in slots.enumerated() where remote.media.indices.contains(index) {
            let section = remote.media[index]
            switch slot {
            case .media(let number): media.append(settle(transceivers[number], with: section))
            case .data(let mid):
                data = DataSection(
                    mid: mid, remotePort: section["sctp-port"].flatMap { UInt16($0) } ?? 5000,
                    maxMessageSize: section["max-message-size"].flatMap { Int($0) }.flatMap { $0 < 0 ? nil : $0 }
                        ?? 65_536)
            case .rejected: continue
            }
            if fingerprints.isEmpty { fingerprints = Self.fingerprints(of: section, in: remote) }
        }
        guard !fingerprints.isEmpty else { throw .noFingerprint }
        return NegotiatedSession(media: media, fingerprints: fingerprints, dtlsRole: role, dataChannel: data)
    }

    private func settle(_ transceiver: Transceiver, with section: SDPMedia) -> NegotiatedMedia {
        let codecs = transceiver.ordered(CodecNegotiation.common(in: section, kind: transceiver.kind))
        let sources = section.sources
        let group = section.retransmissionGroups.first
        var media = NegotiatedMedia(
            mid: transceiver.mid ?? "", kind: transceiver.kind,
            direction: transceiver.currentDirection ?? .inactive, codecs: codecs,
            extensions: HeaderExtensionURI.ids(from: section.headerExtensions, for: transceiver.kind),
            localSSRC: transceiver.ssrc, localRTXSSRC: codecs.first?.rtxPayloadType == nil ? nil : transceiver.rtxSSRC,
            remoteSSRC: group?.primary ?? sources.first, remoteRTXSSRC: group?.retransmission,
            reducedSizeRTCP: section["rtcp-rsize"] != nil,
            remoteStreamID: section["msid"].flatMap { $0.split(separator: " ").first.map(String.init) })
        media.protection = CodecNegotiation.protection(in: section, kind: transceiver.kind)
        return media
    }
}
