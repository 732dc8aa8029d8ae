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
    private(set) var codec: NegotiatedCodec
    private var extensions: HeaderExtensionIDs
    private let midBytes: [UInt8]
    /// Reset by a pause or stop of the section; packets of a paused sender are refused.
    var isActive = false

    private var nextSequenceNumber: Int64
    private var nextRTXSequenceNumber: UInt16
    private var timeline: MediaTimeline
    private var packetizer: VP8Packetizer
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
    /// Pieces of sound that the path's bitrate has room to repeat.
    private var redundancyLimit = AudioRedundancy.maximumDistance
    private static let congestionMemory = Duration.seconds(10)
    private var congestionEnd: Instant?
    private var redundancyRate = RateMeter()
    /// Of compressed sound alone.
    private var soundRate = RateMeter()
    /// Last FIR sequence number seen (RFC 5104 §4.3.1.2: a repetition is not a new demand).
    private var lastFullIntraSequence: UInt8?

    init(_ media: NegotiatedMedia, codec: NegotiatedCodec, random: inout RandomSource) {
        mid = media.mid
        midBytes = Array(media.mid.utf8.prefix(255))
        kind = media.kind
        ssrc = media.localSSRC
        rtxSSRC = media.localRTXSSRC
        self.codec = codec
        extensions = media.extensions
        // The first number is below 2^15 so that SRTP's rollover counter cannot be guessed wrong (webrtc.md §6.3).
        nextSequenceNumber = Int64(random.next() & 0x7FFF)
        nextRTXSequenceNumber = UInt16(random.next() & 0x7FFF)
        timeline = MediaTimeline(clockRate: codec.clockRate, offset: UInt32(truncatingIfNeeded: random.next()))
        packetizer = VP8Packetizer(firstPictureID: UInt16(truncatingIfNeeded: random.next()))
    }

    /// Takes a renegotiated description of the same section; streams go on without a seam.
    mutating func update(_ media: NegotiatedMedia, codec: NegotiatedCodec) {
        self.codec = codec
        extensions = media.extensions
        rtxSSRC = media.localRTXSSRC
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
                limit: redundancyLimit, room: maximumPayloadByteCount)
        let packet = SendHistory.Packet(
            sequenceNumber: nextSequenceNumber, timestamp: timestamp, marker: counters.packetsQueued == 0,
            payload: redundant ?? payload, audioLevel: level, isRedundant: redundant != nil, lastSent: nil)
        soundRate.add(payload.count, at: captureTime)
        if let redundant {
            counters.redundantPacketsSent += 1
            redundancyRate.add(redundant.count - payload.count, at: captureTime)
        }
        return store(packet)
    }

    /// Allows as many repetitions as fit into a bitrate, bit/s, for some time after the path was congested; else all: the
    /// estimate of a path that carries little but this sound, and loses some of it, says nothing of its room. Returns what
    /// the repetitions of now cost.
    mutating func limitRedundancy(to room: Int, isCongested: Bool, at now: Instant) -> Int {
        guard codec.redPayloadType != nil else { return 0 }
        if isCongested { congestionEnd = now + Self.congestionMemory }
        let fitting = max(room, 0) / max(soundRate.bitrate(at: now), 1)
        let isLimited = congestionEnd.map { now < $0 } ?? false
        redundancyLimit = isLimited ? min(fitting, AudioRedundancy.maximumDistance) : AudioRedundancy.maximumDistance
        return redundancyRate.bitrate(at: now)
    }

    /// Lost packets have been counted anew.
    mutating func follow(loss: Double) { redundancy.update(loss: loss) }

    /// Stores the packets of one picture; nil when it was refused because a key frame must come first.
    mutating func packetizeVideo(
        _ frame: [UInt8], isKeyFrame: Bool, temporalLayer: UInt8 = 0, captureTime: Instant
    ) -> [(sequenceNumber: Int64, byteCount: Int)]? {
        guard isActive, !frame.isEmpty else { return nil }
        if awaitsKeyFrame, !isKeyFrame { return nil }
        awaitsKeyFrame = false
        let timestamp = timeline.videoTimestamp(captureTime: captureTime)
        let payloads = packetizer.packetize(
            frame, temporalLayer: temporalLayer, maximumByteCount: maximumPayloadByteCount)
        var stored: [(sequenceNumber: Int64, byteCount: Int)] = []
        stored.reserveCapacity(payloads.count)
        for (index, payload) in payloads.enumerated() {
            stored.append(
                store(
                    SendHistory.Packet(
                        sequenceNumber: nextSequenceNumber, timestamp: timestamp,
                        marker: index == payloads.count - 1, payload: payload, audioLevel: nil, lastSent: nil)))
        }
        counters.framesSent += 1
        if isKeyFrame {
            counters.keyFramesSent += 1
            lastKeyFrameStart = stored.first?.sequenceNumber ?? lastKeyFrameStart
        }
        return stored
    }

    /// Nothing but a key frame makes sense next (start, or a dropped frame): refuse others, and ask for one.
    mutating func requireKeyFrame(at now: Instant) {
        awaitsKeyFrame = true
        throttle.require(at: now)
    }

    private mutating func store(_ packet: SendHistory.Packet) -> (sequenceNumber: Int64, byteCount: Int) {
        nextSequenceNumber += 1
        counters.packetsQueued += 1
        history.append(packet)
        return (packet.sequenceNumber, packet.payload.count + RTPPacket.headerByteCount + 16)
    }

    /// Room for payload in a packet with every extension, an RTX prefix and the SRTP trailer.
    var maximumPayloadByteCount: Int {
        let header = RTPPacket.headerByteCount + RTPWriter.extensionByteCount(headerExtensions(.full))
        return max(Self.maximumDatagramByteCount - Self.trailerByteCount - header - 2, 64)
    }

    // MARK: Writing

    /// The bytes of a stored packet, or nil when it is gone. `transportSequence` is used where it was negotiated.
    mutating func packet(
        _ sequenceNumber: Int64, isRetransmission: Bool, transportSequence: UInt16, at now: Instant
    ) -> SentRTPPacket? {
        guard let stored = history.packet(sequenceNumber) else { return nil }
        history.markSent(sequenceNumber, at: now)
        // Nothing is left to say it with when a new description took the type away meanwhile.
        guard let payloadType = stored.isRedundant ? codec.redPayloadType : codec.payloadType else { return nil }
        let usesRTX = isRetransmission && sendsRTX
        var header = RTPHeader(
            marker: stored.marker, payloadType: payloadType,
            sequenceNumber: UInt16(truncatingIfNeeded: sequenceNumber), timestamp: stored.timestamp, ssrc: ssrc)
        if usesRTX, let rtxSSRC, let payloadType = codec.rtxPayloadType {
            header.ssrc = rtxSSRC
            header.payloadType = payloadType
            header.sequenceNumber = nextRTXSequenceNumber
            nextRTXSequenceNumber &+= 1
        }
        let bytes = RTPWriter.packet(
            header,
            extensions: headerExtensions(
                HeaderExtensionContents(
                    mid: usesRTX ? !isRTXAcknowledged : !isAcknowledged, transportSequence: transportSequence,
                    audioLevel: stored.audioLevel, sendTime: now)),
            originalSequenceNumber: usesRTX ? UInt16(truncatingIfNeeded: sequenceNumber) : nil,
            payload: stored.payload)
        counters.recordSent(payloadByteCount: stored.payload.count, packetByteCount: bytes.count, isRetransmission)
        if !keepsHistory { history.removeExpired(at: now, roundTripTime: nil, keepsSent: false) }
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

    private struct HeaderExtensionContents {
        var mid: Bool
        var transportSequence: UInt16
        var audioLevel: AudioLevel?
        var sendTime: Instant

        static let full = HeaderExtensionContents(
            mid: true, transportSequence: 0, audioLevel: AudioLevel(level: 0, voiceActivity: false), sendTime: .zero)
    }

    private func headerExtensions(_ contents: HeaderExtensionContents) -> [RTPHeaderExtension] {
        var elements: [RTPHeaderExtension] = []
        elements.reserveCapacity(4)
        if let id = extensions.transportWideCC {
            elements.append(RTPHeaderExtension(id: id, value: .transportSequence(contents.transportSequence)))
        }
        if let id = extensions.absoluteSendTime {
            // 6.18 fixed point of seconds: microseconds x 2^18 / 10^6, of which 24 bits are kept.
            let microseconds = UInt64(bitPattern: contents.sendTime.microseconds) % 64_000_000
            elements.append(
                RTPHeaderExtension(id: id, value: .absoluteSendTime(UInt32((microseconds << 18) / 1_000_000))))
        }
        if let id = extensions.audioLevel, kind == .audio, let level = contents.audioLevel {
            elements.append(RTPHeaderExtension(id: id, value: .audioLevel(level)))
        }
        if contents.mid, let id = extensions.mid {
            elements.append(RTPHeaderExtension(id: id, value: .text(midBytes)))
        }
        return elements
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
                packet.lastSent != nil, !packet.awaitsResend, packet.lastRequested.map({ now - $0 >= pause }) ?? true
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
