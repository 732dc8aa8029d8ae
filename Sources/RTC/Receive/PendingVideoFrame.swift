import Wire

/// The packets of one frame that have come so far: all those of one RTP timestamp.
struct PendingVideoFrame: Sendable {
    private struct Fragment: Sendable {
        var sequenceNumber: Int64
        var data: ArraySlice<UInt8>
    }

    let codec: VideoCodec
    let timestamp: Int64
    let firstArrival: Instant
    private(set) var lastArrival: Instant
    /// In order of sequence numbers.
    private var fragments: [Fragment] = []
    /// Of the packet that starts the frame; nil until it is here.
    private(set) var firstSequenceNumber: Int64?
    /// Of the packet with the marker.
    private(set) var lastSequenceNumber: Int64?
    private(set) var isKeyFrame = false
    private(set) var position: VideoFramePosition?
    private var orientation: VideoOrientation?
    private var byteCount = 0

    init(codec: VideoCodec, timestamp: Int64, arrival: Instant) {
        self.codec = codec
        self.timestamp = timestamp
        firstArrival = arrival
        lastArrival = arrival
    }

    var packetCount: Int { fragments.count }

    /// The packet that says whether this is a key frame has come.
    var isKnown: Bool { firstSequenceNumber != nil }

    var isComplete: Bool {
        guard let firstSequenceNumber, let lastSequenceNumber, lastSequenceNumber >= firstSequenceNumber,
            fragments.first?.sequenceNumber == firstSequenceNumber,
            fragments.last?.sequenceNumber == lastSequenceNumber
        else { return false }
        return Int64(fragments.count) == lastSequenceNumber - firstSequenceNumber + 1
    }

    /// False for a duplicate.
    mutating func insert(
        _ payload: VideoPayload, sequenceNumber: Int64, marker: Bool, orientation: VideoOrientation?, arrival: Instant
    ) -> Bool {
        var index = fragments.count
        while index > 0, fragments[index - 1].sequenceNumber > sequenceNumber { index -= 1 }
        if index > 0, fragments[index - 1].sequenceNumber == sequenceNumber { return false }
        fragments.insert(Fragment(sequenceNumber: sequenceNumber, data: payload.data), at: index)
        byteCount += payload.data.count
        lastArrival = max(lastArrival, arrival)
        if payload.startsFrame {
            firstSequenceNumber = sequenceNumber
            position = payload.position
            isKeyFrame = payload.startsKeyFrame
        }
        if marker { lastSequenceNumber = sequenceNumber }
        if let orientation { self.orientation = orientation }
        return true
    }

    /// The whole frame; call only when complete.
    var assembled: VideoFrameAssembler.Frame {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(byteCount)
        for fragment in fragments { bytes.append(contentsOf: fragment.data) }
        return VideoFrameAssembler.Frame(
            codec: codec, bytes: bytes, isKeyFrame: isKeyFrame, timestamp: timestamp, firstArrival: firstArrival,
            completion: lastArrival, orientation: orientation, lastSequenceNumber: lastSequenceNumber ?? 0,
            packetCount: fragments.count)
    }
}
