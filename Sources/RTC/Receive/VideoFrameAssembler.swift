import Wire

/// Puts VP8 packets together to frames, and hands frames out in an order that can be decoded (webrtc.md §3.5).
///
/// A frame is complete from its first packet (S=1, PID=0) to its marker without a gap. It can be decoded when it is a
/// key frame, or follows the last frame handed out by sequence number, by PictureID, or as the next base-layer frame.
struct VideoFrameAssembler: Sendable {
    struct Frame: Sendable {
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
        var timestamp: Int64
        var lastSequenceNumber: Int64
        var pictureID: UInt16?
        var temporalLevelZeroIndex: UInt8?
    }

    static let maximumFrameCount = 96
    static let maximumPacketCount = 4096
    /// How long a base-layer frame waits for skipped frames of upper layers that may still come.
    private static let layerWait = Duration.milliseconds(100)

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
        _ payload: VP8Payload, sequenceNumber: Int64, timestamp: Int64, marker: Bool, orientation: VideoOrientation?,
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
            pending.insert(PendingVideoFrame(timestamp: timestamp, arrival: arrival), at: index)
            index += 1
        }
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
        guard !needsKeyFrame, let first = pending.first, first.isComplete, follows(first, at: now) else { return nil }
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
        position = Position(
            timestamp: frame.timestamp, lastSequenceNumber: last, pictureID: frame.descriptor?.pictureID,
            temporalLevelZeroIndex: frame.descriptor?.temporalLevelZeroIndex ?? position?.temporalLevelZeroIndex)
        return frame.assembled
    }

    private mutating func follows(_ frame: PendingVideoFrame, at now: Instant) -> Bool {
        guard let first = frame.firstSequenceNumber, let descriptor = frame.descriptor, var position else {
            return false
        }
        while let index = padding.firstIndex(of: position.lastSequenceNumber + 1) {
            position.lastSequenceNumber += 1
            padding.remove(at: index)
        }
        self.position = position
        if first == position.lastSequenceNumber + 1 { return true }
        if let id = descriptor.pictureID, let last = position.pictureID {
            let mask: UInt16 = descriptor.hasLongPictureID ? 0x7FFF : 0x7F
            if (id &- last) & mask == 1 { return true }
        }
        // Only upper temporal layers are missing, when the base layer has the next index (RFC 7741 §4.2).
        if let index = descriptor.temporalLevelZeroIndex, let last = position.temporalLevelZeroIndex,
            now - frame.lastArrival >= Self.layerWait
        {
            if descriptor.temporalLayer == 0 { return index &- last == 1 }
            if descriptor.isLayerSync { return index == last }
        }
        return false
    }
}
