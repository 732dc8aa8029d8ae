import Wire

/// From what the path carries to what each encoder is asked for.
extension RTPSession {
    /// A pacer queue longer than this slows the encoders down; at the second limit they are asked for the least share.
    private static let toleratedQueueTime = Duration.milliseconds(200)
    private static let queueTimeRange = 0.8
    private static let leastQueueShare = 0.3
    /// With a longer queue on the path, packets are lost for want of room.
    private static let queueOfCongestion = Duration.milliseconds(150)

    /// What all streams together may send, bit/s; nil without congestion control.
    package var availableOutgoingBitrate: Int? { congestion.map { Int($0.estimate) } }

    /// Bounds of the estimate, bit/s; without congestion control they have no effect.
    package mutating func setBitrateBounds(minimum: Int, maximum: Int, at now: Instant) {
        congestion?.setBounds(minimum: minimum, maximum: maximum)
        updateBitrates(at: now)
    }

    /// What the section's encoder may be asked for, bit/s, from now on. The floor holds even when the path carries less.
    package mutating func setVideoBitrateBounds(mid: String, floor: Int, ceiling: Int, at now: Instant) {
        guard let index = index(of: mid), sections[index].media.kind == .video else { return }
        sections[index].videoBounds = VideoBitrateBounds(floor: floor, ceiling: ceiling)
        updateBitrates(at: now, tellsAnyChange: true)
    }

    /// What the section's sound needs at most, bit/s, packet headers included: of this, what it takes is kept free of video.
    package mutating func setAudioBitrateMaximum(mid: String, _ maximum: Int, at now: Instant) {
        guard let index = index(of: mid), sections[index].media.kind == .audio else { return }
        sections[index].audioMaximum = min(max(maximum, 0), 1_000_000)
        updateBitrates(at: now, tellsAnyChange: true)
    }

    /// What the section's encoder should make now, bit/s of compressed pictures; nil without congestion control, and
    /// for a section that does not send.
    package func videoTargetBitrate(mid: String) -> Int? { index(of: mid).flatMap { sections[$0].targetBitrate } }

    /// Carries the estimate to pacer and encoders.
    mutating func updateBitrates(at now: Instant, tellsAnyChange: Bool = false) {
        guard let congestion, isReady else { return }
        let total = Int(congestion.estimate)
        pacer.targetBitrate = total
        pacer.isDraining = congestion.isDraining
        updateAudioOnly(congestion.estimate, at: now)
        var audio = limitRedundancy(total: total, isCongested: congestion.queue > Self.queueOfCongestion, at: now)
        var bounds: [VideoBitrateBounds] = []
        for section in sections where section.sender?.isActive == true {
            switch section.media.kind {
            case .audio: audio += section.audioMaximum
            case .video: bounds.append(section.videoBounds)
            }
        }
        audio = soundReserve.bitrate(atMost: audio, at: now)
        let shares = BitrateAllocation.share(videoShare(of: total - audio, at: now), among: bounds)
        let targets = audioOnly.isActive ? shares.map { _ in 0 } : shares
        var next = 0
        var changed = false
        for index in sections.indices {
            guard sections[index].media.kind == .video, sections[index].sender?.isActive == true else {
                sections[index].targetBitrate = nil
                continue
            }
            changed = changed || sections[index].targetBitrate != targets[next]
            sections[index].targetBitrate = targets[next]
            next += 1
        }
        let video = targets.reduce(0, +)
        let decisive = audioOnly.isActive ? total : video
        if targetThrottle.shouldTell(decisive, isForced: tellsAnyChange && changed, at: now) {
            emit(.targetBitrateChanged(video: video, total: total))
        }
    }

    /// Stops pictures, or lets them come again, beginning with a key frame.
    private mutating func updateAudioOnly(_ estimate: Double, at now: Instant) {
        let active = sections.filter { $0.sender?.isActive == true }
        let applies = active.contains { $0.media.kind == .audio } && active.contains { $0.media.kind == .video }
        // A path that is dark is not a slow one.
        if congestion?.isStalled == true, !audioOnly.isActive { return audioOnly.wait() }
        guard audioOnly.update(estimate, applies: applies, at: now) else { return }
        emit(.videoSuspended(audioOnly.isActive))
        congestion?.heldBackSince = audioOnly.isActive ? now : nil
        if audioOnly.isActive { pacer.removeVideo() }
        for index in sections.indices where sections[index].media.kind == .video {
            if audioOnly.isActive {
                sections[index].sender?.history.giveUpWaiting(at: now)
            } else {
                sections[index].sender?.requireKeyFrame(at: now)
            }
        }
        grantKeyFrames(at: now)
    }

    /// Lets sound be repeated as far as the path has room for it. Returns what that costs now, bit/s.
    private mutating func limitRedundancy(total: Int, isCongested: Bool, at now: Instant) -> Int {
        var cost = 0
        for index in sections.indices
        where sections[index].media.kind == .audio && sections[index].sender?.isActive == true {
            let room = total - sections[index].audioMaximum
            cost += sections[index].sender?.limitRedundancy(to: room, isCongested: isCongested, at: now) ?? 0
        }
        return cost
    }

    /// What is left for compressed pictures of what is not sound: without retransmissions and packet headers, and less
    /// while the pacer is behind.
    private mutating func videoShare(of bitrate: Int, at now: Instant) -> Int {
        // Smoothed: under loss it swings from second to second, and the encoder need not with it.
        let resent = Double(retransmissionRate.bitrate(at: now))
        retransmissionShare += (min(resent / Double(max(bitrate, 1)), 0.5) - retransmissionShare) * 0.05
        let rest = Double(bitrate) * (1 - retransmissionShare)
        let excess = (pacer.queueTime - Self.toleratedQueueTime).inSeconds / Self.queueTimeRange
        let queueShare = max(1 - max(excess, 0), Self.leastQueueShare)
        return max(Int(rest * videoPayloadShare * queueShare), 0)
    }

    /// Media goes another way from now on: the estimate and the round trip were the old one's.
    package mutating func pathChanged(at now: Instant) {
        guard isReady, !isClosed else { return }
        roundTripTime = nil
        congestion?.changePath(at: now)
        sendLog.giveUpOutstanding()
        setHeld(false, at: now)
        updateBitrates(at: now, tellsAnyChange: true)
    }

    // MARK: Feedback

    mutating func receiveCongestionFeedback(_ results: [TransportSendLog.Result], at now: Instant) {
        congestion?.receive(results, roundTripTime: roundTripTime, at: now)
        updateBitrates(at: now)
        followFlight(at: now)
    }

    /// Holds pictures back, or lets them go, after what is on its way.
    mutating func followFlight(at now: Instant) {
        guard let change = congestion?.follow(outstanding: sendLog.outstandingByteCount, at: now) else { return }
        switch change {
        case .hold: pacer.abandonProbe()
        case .release(let needsKeyFrame): if needsKeyFrame { beginAnew(at: now) }
        }
        setHeld(change == .hold, at: now)
    }

    private mutating func setHeld(_ isHeld: Bool, at now: Instant) {
        guard pacer.isHeld != isHeld else { return }
        pacer.isHeld = isHeld
        emit(.videoHeld(isHeld))
        guard !isHeld else { return }
        for index in sections.indices where sections[index].sender?.awaitsKeyFrame == true {
            sections[index].sender?.requireKeyFrame(at: now)
        }
        grantKeyFrames(at: now)
    }

    /// What waits, and what could be asked for once more, is of no use beside the key frame that comes.
    private mutating func beginAnew(at now: Instant) {
        pacer.removeVideo()
        for index in sections.indices where sections[index].media.kind == .video {
            sections[index].sender?.history.giveUpWaiting(at: now)
            if sections[index].sender?.isActive == true { sections[index].sender?.skipToKeyFrame() }
        }
    }

    /// A packet leaves.
    mutating func recordDeparture(_ sent: SentRTPPacket, kind: DepartureKind, at now: Instant) {
        guard congestion != nil else { return }
        if sent.usesTransportSequence {
            congestion?.sent(byteCount: sent.bytes.count, at: now)
            followFlight(at: now)
        }
        switch kind {
        case .retransmission, .protection: retransmissionRate.add(sent.bytes.count, at: now)
        case .video:
            let share = Double(sent.payloadByteCount) / Double(max(sent.bytes.count, 1))
            videoPayloadShare += (share - videoPayloadShare) / 64
        case .audio: soundReserve.add(byteCount: sent.bytes.count, at: now)
        case .padding: break
        }
    }

    /// What a packet was sent for.
    enum DepartureKind { case audio, video, retransmission, protection, padding }
}
