import Wire

/// Offer and answer for one bundled transport (RFC 9429). A value: taking a copy back is the whole of a rollback.
package struct JSEPSession: Sendable {
    /// W3C's signaling states, without those of provisional answers.
    package enum SignalingState: String, Hashable, Sendable {
        case stable
        case haveLocalOffer = "have-local-offer"
        case haveRemoteOffer = "have-remote-offer"
    }

    /// What fills one place in the order of sections.
    enum Slot: Hashable, Sendable {
        case media(Int)
        case data(mid: String)
        /// Something that we refuse; its place is kept (RFC 3264 §8).
        case rejected(SDPMedia)
    }

    /// Media sections in use at most; those over it are refused.
    package static let mediaSectionCap = RTPSession.maximumSectionCount

    let fingerprint: String
    let cname: String
    let streamID: String
    var random: RandomSource
    let sessionID: UInt64
    var sessionVersion: UInt64 = 1
    package internal(set) var transceivers: [Transceiver] = []
    var slots: [Slot] = []
    var wantsData = false
    /// Names that we have given: none comes twice, also not in the place of a section that is gone.
    var midCount = 0
    var localOffer: SessionDescription?
    var remoteOffer: SessionDescription?
    var remoteDescription: SessionDescription?
    package internal(set) var signalingState = SignalingState.stable
    package internal(set) var negotiated: NegotiatedSession?
    package internal(set) var remoteTransport: RemoteTransport?
    package internal(set) var hasLocalDescription = false
    /// State before the offer that is under way.
    var stable: [JSEPSession] = []

    package init(random: RandomSource, fingerprint: String, cname: String) {
        var random = random
        self.fingerprint = fingerprint
        self.cname = cname
        streamID = random.iceCharacters(16).filter { $0 != "+" && $0 != "/" }
        sessionID = random.next() >> 2
        self.random = random
    }

    /// Where trickled candidates belong: the first section of the bundle. Nil before a local description.
    package var localTransport: (mid: String, mLineIndex: Int)? {
        guard hasLocalDescription else { return nil }
        for (index, slot) in slots.enumerated() {
            if let mid = mid(of: slot) { return (mid, index) }
        }
        return nil
    }

    func mid(of slot: Slot) -> String? {
        switch slot {
        case .media(let index): transceivers[index].mid
        case .data(let mid): mid
        case .rejected: nil
        }
    }

    /// Adds a section for the next offer.
    package mutating func addTransceiver(_ kind: MediaKind, direction: TransceiverDirection) {
        transceivers.append(makeTransceiver(kind, direction: direction))
    }

    mutating func makeTransceiver(_ kind: MediaKind, direction: TransceiverDirection) -> Transceiver {
        Transceiver(
            index: transceivers.count, kind: kind, direction: direction,
            ssrc: UInt32.random(in: 1...UInt32.max, using: &random),
            rtxSSRC: kind == .video ? UInt32.random(in: 1...UInt32.max, using: &random) : nil,
            trackID: random.iceCharacters(16).filter { $0 != "+" && $0 != "/" })
    }

    /// What a section should do from the next description on.
    package mutating func setDirection(_ direction: TransceiverDirection, index: Int) {
        guard transceivers.indices.contains(index), !transceivers[index].isStopped else { return }
        transceivers[index].direction = direction
    }

    /// Puts a codec first in the next offer or answer, and so in what both sides send after it.
    package mutating func preferCodec(_ codec: VideoCodec, index: Int) {
        guard transceivers.indices.contains(index), transceivers[index].kind == .video else { return }
        transceivers[index].preferredCodec = codec
    }

    /// Asks for the data section in the next offer, once.
    package mutating func addDataSection() { wantsData = true }

    /// A section name that no section has or had.
    mutating func freshMid() -> String {
        let used = Set(slots.compactMap { if case .rejected(let section) = $0 { section["mid"] } else { mid(of: $0) } })
        midCount = max(midCount, slots.count)
        while used.contains(String(midCount)) { midCount += 1 }
        defer { midCount += 1 }
        return String(midCount)
    }

    /// Gives the offer under way up (W3C rollback).
    package mutating func rollback() throws(JSEPError) {
        guard let before = stable.first, signalingState != .stable else { throw .wrongState }
        let now = self
        self = before
        sessionVersion = now.sessionVersion
        // Numbers once drawn are in use: a second stream must not get them, too.
        random = now.random
        // What the user wants survives; what the offer had settled does not.
        wantsData = now.wantsData
        for index in transceivers.indices where now.transceivers.indices.contains(index) {
            transceivers[index].direction = now.transceivers[index].direction
            transceivers[index].preferredCodec = now.transceivers[index].preferredCodec
        }
        // Added by the user meanwhile; what the far side's offer brought along has a name, and goes.
        for var added in now.transceivers.dropFirst(transceivers.count) where added.mid == nil {
            added.index = transceivers.count
            transceivers.append(added)
        }
        stable = []
    }

    mutating func rememberStable() {
        var copy = self
        copy.stable = []
        stable = [copy]
    }
}
