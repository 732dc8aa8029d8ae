import Wire

/// What one media section sends: packetisation, sequence numbers, header extensions, history, and what the far side
/// reports about it.
package struct RTPSender: Sendable {
    /// UDP payload that passes every path worth calling over, SRTP trailer included.
    package static let maximumDatagramByteCount = 1200
    /// The longest SRTP trailer in use: the tag of AES-GCM (RFC 7714).
    static let trailerByteCount = 16

    let mid: String
    let kind: MediaKind
    let ssrc: UInt32
    private(set) var rtxSSRC: UInt32?
    /// What is sent now.
    private(set) var codec: NegotiatedCodec
    /// What was agreed on altogether: packets of an earlier codec may still be asked for.
    private var codecs: [NegotiatedCodec]
    private(set) var extensions: HeaderExtensionIDs
    let midBytes: [UInt8]
    /// Reset by a pause or stop of the section; packets of a paused sender are refused.
    var isActive = false

    private(set) var nextSequenceNumber: Int64
    private var nextRTXSequenceNumber: UInt16
    private var timeline: MediaTimeline
    private var vp8Packetizer: VP8Packetizer
    private var vp9Packetizer: VP9Packetizer
    var history = SendHistory()

    /// The far side has seen our SSRC, so mid need not be repeated (webrtc.md M6); RTX separately.
    private(set) var isAcknowledged = false
    private(set) var isRTXAcknowledged = false

    /// First packet of the newest key frame: nothing before it is needed once that has arrived.
    private(set) var lastKeyFrameStart: Int64 = 0

    /// After a refused or dropped frame, only a key frame makes sense.
    private(set) var awaitsKeyFrame = false
    var throttle = KeyFrameThrottle()
    var counters = RTPSenderCounters()
    var remote = RemoteReception()
    var loss = SentLoss()
    private(set) var redundancy = AudioRedundancy()
    /// Payload types of forward error correction, where both sides have it.
    private(set) var protectionTypes: NegotiatedProtection?
    var protection = VideoProtection()
    private var redundancyBudget = RedundancyBudget()
    /// Last FIR sequence number seen (RFC 5104 §4.3.1.2: a repetition is not a new demand).
    private var lastFullIntraSequence: UInt8?

    init(_ media: NegotiatedMedia, codec: NegotiatedCodec, random: inout RandomSource) {
        mid = media.mid
        midBytes = Array(media.mid.utf8.prefix(255))
        kind = media.kind
        ssrc = media.localSSRC
        rtxSSRC = media.localRTXSSRC
        self.codec = codec
        codecs = media.codecs
        protectionTypes = media.protection
        extensions = media.extensions
        // The first number is below 2^15 so that SRTP's rollover counter cannot be guessed wrong (webrtc.md §6.3).
        nextSequenceNumber = Int64(random.next() & 0x7FFF)
        nextRTXSequenceNumber = UInt16(random.next() & 0x7FFF)
        timeline = MediaTimeline(clockRate: codec.clockRate, offset: UInt32(truncatingIfNeeded: random.next()))
        vp8Packetizer = VP8Packetizer(firstPictureID: UInt16(truncatingIfNeeded: random.next()))
        vp9Packetizer = VP9Packetizer(firstPictureID: UInt16(truncatingIfNeeded: random.next()))
    }

    /// Takes a renegotiated description of the same section; streams go on without a seam. Another video codec begins with a
    /// key frame.
    mutating func update(_ media: NegotiatedMedia, codec: NegotiatedCodec, at now: Instant) {
        let isOther = self.codec.name != codec.name
        self.codec = codec
        codecs = media.codecs
        protectionTypes = media.protection
        extensions = media.extensions
        rtxSSRC = media.localRTXSSRC
        if isOther, kind == .video, isActive { requireKeyFrame(at: now) }
    }

    /// Retransmission is possible in either form.
    private var keepsHistory: Bool { codec.nack }

    private var sendsRTX: Bool { rtxSSRC != nil && codec.rtxPayloadType != nil }

    // MARK: Packetising

    /// Stores one packet of sound; its sequence number and size go to the pacer.
    mutating func packetizeAudio(
        _ payload: [UInt8], captureTime: Instant, sampleCount: Int, level: AudioLevel?
    ) -> (sequenceNumber: Int64, byteCount: Int)? {
        guard isActive, !payload.isEmpty, payload.count <= Self.maximumDatagramByteCount - 64 else { return nil }
        let timestamp = timeline.audioTimestamp(captureTime: captureTime, sampleCount: sampleCount)
        let redundant =
            codec.redPayloadType == nil
            ? nil
            : redundancy.wrap(
                payload, timestamp: timestamp, sampleCount: sampleCount, payloadType: codec.payloadType,
                limit: redundancyBudget.limit, room: maximumPayloadByteCount)
        let packet = SendHistory.Packet(
            sequenceNumber: nextSequenceNumber, timestamp: timestamp, marker: counters.packetsQueued == 0,
            payloadType: codec.payloadType, payload: redundant ?? payload, audioLevel: level,
            isRedundant: redundant != nil, lastSent: nil)
        redundancyBudget.add(payload.count, surplus: (redundant ?? payload).count - payload.count, at: captureTime)
        if redundant != nil { counters.redundantPacketsSent += 1 }
        return store(packet)
    }

    /// Lets repeated sound fit into a bitrate, bit/s, where it is repeated at all. Returns what it costs now.
    mutating func limitRedundancy(to room: Int, isCongested: Bool, at now: Instant) -> Int {
        codec.redPayloadType == nil ? 0 : redundancyBudget.fit(into: room, isCongested: isCongested, at: now)
    }

    /// Lost packets have been counted anew.
    mutating func follow(loss: Double, roundTripTime: Duration?) {
        redundancy.update(loss: loss)
        protection.update(loss: loss, roundTripTime: roundTripTime, canRetransmit: keepsHistory)
    }

    /// Stores the packets of one picture; nil when it was refused because a key frame must come first, or because it is of
    /// another codec than agreed.
    mutating func packetizeVideo(
        _ frame: [UInt8], codec sent: VideoCodec?, isKeyFrame: Bool, temporalLayer: UInt8 = 0, captureTime: Instant
    ) -> [(sequenceNumber: Int64, byteCount: Int)]? {
        guard isActive, !frame.isEmpty, let videoCodec = codec.videoCodec, sent == nil || sent == videoCodec else {
            return nil
        }
        if awaitsKeyFrame, !isKeyFrame { return nil }
        awaitsKeyFrame = false
        let timestamp = timeline.videoTimestamp(captureTime: captureTime)
        let payloads = payloads(of: frame, codec: videoCodec, isKeyFrame: isKeyFrame, temporalLayer: temporalLayer)
        let isProtected = protectionTypes != nil && protection.interval != nil
        var stored: [(sequenceNumber: Int64, byteCount: Int)] = []
        stored.reserveCapacity(payloads.count)
        for (index, payload) in payloads.enumerated() {
            stored.append(
                store(
                    SendHistory.Packet(
                        sequenceNumber: nextSequenceNumber, timestamp: timestamp,
                        marker: index == payloads.count - 1, payloadType: codec.payloadType, payload: payload,
                        audioLevel: nil, isProtected: isProtected, lastSent: nil)))
        }
        if isProtected { stored += protect(stored, isKeyFrame: isKeyFrame, timestamp: timestamp) }
        counters.framesSent += 1
        if isKeyFrame {
            counters.keyFramesSent += 1
            lastKeyFrameStart = stored.first?.sequenceNumber ?? lastKeyFrameStart
        }
        return stored
    }

    private mutating func payloads(
        of frame: [UInt8], codec: VideoCodec, isKeyFrame: Bool, temporalLayer: UInt8
    ) -> [[UInt8]] {
        switch codec {
        case .vp8:
            vp8Packetizer.packetize(
                frame, temporalLayer: temporalLayer, maximumByteCount: maximumPayloadByteCount)
        case .vp9:
            vp9Packetizer.packetize(
                frame, isKeyFrame: isKeyFrame, temporalLayer: temporalLayer, maximumByteCount: maximumPayloadByteCount)
        }
    }

    /// Nothing but a key frame makes sense next (start, or a dropped frame): refuse others, and ask for one.
    mutating func requireKeyFrame(at now: Instant) {
        awaitsKeyFrame = true
        throttle.require(at: now)
    }

    /// The same while nothing can be sent: it is asked for later.
    mutating func skipToKeyFrame() { awaitsKeyFrame = true }

    mutating func store(_ packet: SendHistory.Packet) -> (sequenceNumber: Int64, byteCount: Int) {
        nextSequenceNumber += 1
        counters.packetsQueued += 1
        history.append(packet)
        return (packet.sequenceNumber, packet.payload.count + RTPPacket.headerByteCount + 16)
    }

    /// Room for payload in a packet with every extension, an RTX prefix and the SRTP trailer.
    var maximumPayloadByteCount: Int {
        let header = RTPPacket.headerByteCount + RTPWriter.extensionByteCount(headerExtensions(.full))
        // Protection holds the whole of a packet behind its fixed header.
        let isProtected = protectionTypes != nil && protection.interval != nil
        let surplus = isProtected ? ULPFECPacket.headerByteCount + header - RTPPacket.headerByteCount : 0
        return max(Self.maximumDatagramByteCount - Self.trailerByteCount - header - 2 - surplus, 64)
    }

    // MARK: Writing

    /// The bytes of a stored packet, or nil when it is gone. `transportSequence` is used where it was negotiated.
    mutating func packet(
        _ sequenceNumber: Int64, isRetransmission: Bool, transportSequence: UInt16, at now: Instant
    ) -> SentRTPPacket? {
        guard let stored = history.packet(sequenceNumber) else { return nil }
        let isNamed = !isAcknowledged
        history.markSent(sequenceNumber, withMid: isNamed, at: now)
        if let group = stored.protects {
            return protectionPacket(group, of: stored, transportSequence: transportSequence, at: now)
        }
        // Nothing is left to say it with when a new description took the type away meanwhile.
        guard let codec = codecs.first(where: { $0.payloadType == stored.payloadType }),
            let payloadType = stored.isRedundant ? codec.redPayloadType : codec.payloadType
        else { return nil }
        let usesRTX = isRetransmission && rtxSSRC != nil && codec.rtxPayloadType != nil
        var header = RTPHeader(
            marker: stored.marker, payloadType: payloadType,
            sequenceNumber: UInt16(truncatingIfNeeded: sequenceNumber), timestamp: stored.timestamp, ssrc: ssrc)
        if usesRTX, let rtxSSRC, let payloadType = codec.rtxPayloadType {
            header.ssrc = rtxSSRC
            header.payloadType = payloadType
            header.sequenceNumber = nextRTXSequenceNumber
            nextRTXSequenceNumber &+= 1
        }
        var payload = stored.payload
        if stored.isProtected, !usesRTX, let red = protectionTypes?.redPayloadType {
            payload.insert(header.payloadType, at: 0)
            header.payloadType = red
        }
        let bytes = RTPWriter.packet(
            header,
            extensions: headerExtensions(
                HeaderExtensionContents(
                    mid: usesRTX ? !isRTXAcknowledged : isNamed, transportSequence: transportSequence,
                    audioLevel: stored.audioLevel, sendTime: now)),
            originalSequenceNumber: usesRTX ? UInt16(truncatingIfNeeded: sequenceNumber) : nil,
            payload: payload)
        counters.recordSent(payloadByteCount: stored.payload.count, packetByteCount: bytes.count, isRetransmission)
        // Protection is made from packets that have left.
        if !keepsHistory, !stored.isProtected {
            history.removeExpired(at: now, roundTripTime: nil, keepsSent: false)
        }
        return SentRTPPacket(
            bytes: bytes, ssrc: header.ssrc, usesTransportSequence: extensions.transportWideCC != nil,
            payloadByteCount: stored.payload.count)
    }

    /// A packet for a probe: one of the last sent once more, as a retransmission (the far side may even have missed it).
    /// Nil where retransmissions were not agreed on or nothing was sent.
    mutating func padding(byteCount: Int, transportSequence: UInt16, at now: Instant) -> SentRTPPacket? {
        guard sendsRTX, extensions.transportWideCC != nil,
            let candidate = history.paddingCandidate(byteCount: byteCount)
        else { return nil }
        counters.paddingPacketsSent += 1
        return packet(
            candidate.sequenceNumber, isRetransmission: true, transportSequence: transportSequence, at: now)
    }

    // MARK: Feedback

    /// Extended numbers of the packets to send again: still kept, not waiting for the pacer already, and not asked for
    /// within the last round trip.
    mutating func packetsToRetransmit(
        _ numbers: [UInt16], roundTripTime: Duration?, at now: Instant
    ) -> [(sequenceNumber: Int64, byteCount: Int)] {
        counters.nackCount += 1
        guard keepsHistory, isActive else { return [] }
        history.removeExpired(at: now, roundTripTime: roundTripTime, keepsSent: true)
        let pause = max(roundTripTime ?? .milliseconds(50), .milliseconds(5))
        var chosen: [(sequenceNumber: Int64, byteCount: Int)] = []
        for number in numbers {
            guard let extended = history.extend(number), let packet = history.packet(extended),
                packet.lastSent != nil, !packet.awaitsResend, packet.protects == nil,
                packet.lastRequested.map({ now - $0 >= pause }) ?? true
            else { continue }
            history.markRequested(extended, at: now)
            chosen.append((extended, packet.payload.count + RTPPacket.headerByteCount + 18))
        }
        return chosen
    }

    /// A report or transport feedback proves that the far side knows this SSRC.
    mutating func acknowledge(_ acknowledged: UInt32) {
        if acknowledged == ssrc { isAcknowledged = true }
        if acknowledged == rtxSSRC { isRTXAcknowledged = true }
    }

    /// Nil before anything was sent.
    func senderReport(ntpTime: NTPTime, reports: [ReportBlock], at now: Instant) -> SenderReport? {
        guard counters.packetsSent > 0, let timestamp = timeline.timestamp(at: now) else { return nil }
        return SenderReport(
            ssrc: ssrc, ntpTime: ntpTime, rtpTimestamp: timestamp,
            packetCount: UInt32(truncatingIfNeeded: counters.packetsSent),
            octetCount: UInt32(truncatingIfNeeded: counters.bytesSent), reports: reports)
    }

    /// False for a repetition of the last FIR.
    mutating func isNewFullIntraRequest(_ sequenceNumber: UInt8) -> Bool {
        defer { lastFullIntraSequence = sequenceNumber }
        return lastFullIntraSequence != sequenceNumber
    }
}
