import Wire

/// Puts packets together to frames, and hands frames out in an order that can be decoded (webrtc.md §3.5).
///
/// A frame is complete from its first packet to its marker without a gap. It can be decoded when it is a key frame, or
/// follows the last frame handed out by sequence number, by picture ID, or as the next base-layer frame, or when every
/// frame that it names was handed out. A key frame may be of another codec than what was before.
struct VideoFrameAssembler: Sendable {
    struct Frame: Sendable {
        var codec: VideoCodec
        var bytes: [UInt8]
        var isKeyFrame: Bool
        var timestamp: Int64
        var firstArrival: Instant
        var completion: Instant
        var orientation: VideoOrientation?
        var lastSequenceNumber: Int64
        var packetCount: Int
    }

    /// What is known of the frame handed out last.
    private struct Position: Sendable {
        var codec: VideoCodec
        var timestamp: Int64
        var lastSequenceNumber: Int64
        /// Of the newest frames, the last one at the end.
        var pictureIDs: [UInt16] = []
        var temporalLevelZeroIndex: UInt8?
    }

    static let maximumFrameCount = 96
    static let maximumPacketCount = 4096
    /// How long a base-layer frame waits for skipped frames of upper layers that may still come.
    private static let layerWait = Duration.milliseconds(100)
    /// References reach back 127 pictures at most (RFC 9628 §4.2).
    private static let maximumPictureIDCount = 128

    /// In order of timestamps.
    private var pending: [PendingVideoFrame] = []
    private var packetCount = 0
    private var position: Position?
    /// Padding-only packets behind the last frame: they fill sequence numbers and carry nothing.
    private var padding: [Int64] = []
    private(set) var needsKeyFrame = true
    /// A key frame is needed, and has not even begun to arrive.
    var lacksKeyFrame: Bool { needsKeyFrame && !pending.contains { $0.isKeyFrame } }
    /// Frames given up before they were handed out.
    private(set) var droppedCount: Int64 = 0

    /// First packet of the oldest frame that waits; nil while nothing does.
    var oldestArrival: Instant? { pending.first?.firstArrival }

    /// Adds one packet. False when a cap threw everything away, so that only a key frame helps.
    mutating func insert(
        _ payload: VideoPayload, sequenceNumber: Int64, timestamp: Int64, marker: Bool, orientation: VideoOrientation?,
        arrival: Instant
    ) -> Bool {
        if let position, timestamp <= position.timestamp { return true }
        guard packetCount < Self.maximumPacketCount else {
            reset()
            return false
        }
        var index = pending.count
        while index > 0, pending[index - 1].timestamp > timestamp { index -= 1 }
        if index == 0 || pending[index - 1].timestamp != timestamp {
            guard pending.count < Self.maximumFrameCount else {
                reset()
                return false
            }
            pending.insert(
                PendingVideoFrame(codec: payload.position.codec, timestamp: timestamp, arrival: arrival), at: index)
            index += 1
        }
        // One picture in two codecs is nothing that could be decoded.
        guard pending[index - 1].codec == payload.position.codec else { return true }
        let isNew = pending[index - 1].insert(
            payload, sequenceNumber: sequenceNumber, marker: marker, orientation: orientation, arrival: arrival)
        if isNew { packetCount += 1 }
        return true
    }

    /// Notes a packet without payload, which keeps sequence numbers contiguous.
    mutating func insertPadding(_ sequenceNumber: Int64) {
        if padding.count >= 256 { padding.removeFirst(128) }
        padding.append(sequenceNumber)
    }

    /// The next frame that can be decoded, or nil.
    mutating func nextFrame(at now: Instant) -> Frame? {
        dropUndecodable()
        // A complete key frame ends every wait: what is older is never worth the delay.
        if let index = pending.lastIndex(where: { $0.isKeyFrame && $0.isComplete }) { return take(index) }
        guard !needsKeyFrame else { return nil }
        while let first = pending.first, isHopeless(first) { remove(upTo: 1) }
        guard let first = pending.first, first.isComplete, follows(first, at: now) else { return nil }
        return take(0)
    }

    /// Nothing can be decoded until a key frame comes; frames that are not part of one go.
    mutating func requireKeyFrame() {
        needsKeyFrame = true
        dropUndecodable()
    }

    /// Gives up frames that began before `limit`; only a key frame helps then.
    mutating func dropStalled(before limit: Instant) {
        while let first = pending.first, first.firstArrival < limit { remove(upTo: 1) }
        requireKeyFrame()
    }

    /// Forgets everything, as for a new source.
    mutating func reset() {
        droppedCount += Int64(pending.count)
        pending.removeAll(keepingCapacity: true)
        padding.removeAll(keepingCapacity: true)
        packetCount = 0
        position = nil
        needsKeyFrame = true
    }

    private mutating func dropUndecodable() {
        guard needsKeyFrame else { return }
        while let first = pending.first, first.isKnown, !first.isKeyFrame { remove(upTo: 1) }
    }

    private mutating func remove(upTo count: Int) {
        for frame in pending.prefix(count) { packetCount -= frame.packetCount }
        droppedCount += Int64(count)
        pending.removeFirst(count)
    }

    private mutating func take(_ index: Int) -> Frame? {
        if index > 0 { remove(upTo: index) }
        let frame = pending.removeFirst()
        packetCount -= frame.packetCount
        needsKeyFrame = false
        guard let last = frame.lastSequenceNumber else { return nil }
        var pictureIDs = frame.isKeyFrame ? [] : position?.pictureIDs ?? []
        if let id = frame.position?.pictureID {
            if pictureIDs.count >= Self.maximumPictureIDCount { pictureIDs.removeFirst() }
            pictureIDs.append(id)
        }
        position = Position(
            codec: frame.codec, timestamp: frame.timestamp, lastSequenceNumber: last, pictureIDs: pictureIDs,
            temporalLevelZeroIndex: frame.position?.temporalLevelZeroIndex ?? position?.temporalLevelZeroIndex)
        return frame.assembled
    }

    private mutating func follows(_ frame: PendingVideoFrame, at now: Instant) -> Bool {
        guard let first = frame.firstSequenceNumber, let place = frame.position, var position,
            position.codec == frame.codec
        else { return false }
        while let index = padding.firstIndex(of: position.lastSequenceNumber + 1) {
            position.lastSequenceNumber += 1
            padding.remove(at: index)
        }
        self.position = position
        let isNext =
            first == position.lastSequenceNumber + 1
            || Self.distance(from: position.pictureIDs.last, to: place.pictureID, mask: place.pictureIDMask) == 1
        if place.referenceDistances == nil, isNext { return true }
        return (isNext || now - frame.lastArrival >= Self.layerWait) && Self.skipsOnlyOthers(place, after: position)
    }

    /// Nothing that this frame needs is among those that are missing before it.
    private static func skipsOnlyOthers(_ place: VideoFramePosition, after position: Position) -> Bool {
        if place.referenceDistances != nil { return missingReference(of: place, in: position) == nil }
        // Only upper temporal layers are missing, when the base layer has the next index (RFC 7741 §4.2).
        guard let index = place.temporalLevelZeroIndex, let last = position.temporalLevelZeroIndex else { return false }
        if place.temporalLayer == 0 { return index &- last == 1 }
        return place.isLayerSync && index == last
    }

    /// It needs a frame from before the last one handed out that was skipped.
    private func isHopeless(_ frame: PendingVideoFrame) -> Bool {
        guard let place = frame.position, let position, position.codec == frame.codec, !frame.isKeyFrame,
            let missing = Self.missingReference(of: place, in: position),
            let age = Self.distance(from: missing, to: position.pictureIDs.last, mask: place.pictureIDMask)
        else { return false }
        return age < place.pictureIDMask / 2
    }

    /// The picture ID of a frame that this one names and that was not handed out.
    private static func missingReference(of place: VideoFramePosition, in position: Position) -> UInt16? {
        guard let id = place.pictureID else { return nil }
        return place.referenceDistances?.lazy.map { (id &- UInt16($0)) & place.pictureIDMask }.first {
            !position.pictureIDs.contains($0)
        }
    }

    private static func distance(from earlier: UInt16?, to later: UInt16?, mask: UInt16) -> UInt16? {
        guard let earlier, let later else { return nil }
        return (later &- earlier) & mask
    }
}
