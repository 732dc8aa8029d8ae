import Wire

/// One whole compressed picture.
struct AssembledFrame: Sendable {
    var bytes: [UInt8]
    var isKeyFrame: Bool
    var timestamp: UInt32
    var packetCount: Int
    /// When its last packet came.
    var completed: Instant
}

/// Puts VP8 packets together into frames, and gives them out in decodable order.
struct VideoAssembler: Sendable {
    private struct Piece: Sendable {
        var timestamp: UInt32
        var startsFrame: Bool
        var endsFrame: Bool
        /// No media inside: padding of a probe.
        var isFiller: Bool
        var isKeyFrame: Bool
        var bytes: ArraySlice<UInt8>
    }

    private static let pieceCap = 2048
    /// A frame larger than this is not a picture of a call.
    private static let frameCap = 2_000_000

    private var pieces: [Int64: Piece] = [:]
    /// The number at which the next frame must start; nil until the first key frame.
    private(set) var nextNumber: Int64?
    private(set) var needsKeyFrame = true
    /// When the frame at `nextNumber` was first found incomplete while later packets were there.
    private var stalledSince: Instant?

    /// True when a key frame should be asked for: nothing decodable is left, or the wait for a lost packet is too long.
    func wantsKeyFrame(at now: Instant) -> Bool {
        needsKeyFrame || stalledSince.map { now - $0 > .milliseconds(500) } ?? false
    }

    var stallDeadline: Instant? { stalledSince.map { $0 + .milliseconds(501) } }

    /// Takes one packet; frames that became complete come out in order.
    mutating func insert(_ packet: RTPPacket, number: Int64, at now: Instant) -> [AssembledFrame] {
        if let nextNumber, number < nextNumber { return [] }
        guard let piece = Self.piece(of: packet) else { return [] }
        pieces[number] = piece
        if pieces.count > Self.pieceCap { restart() }
        var frames: [AssembledFrame] = []
        if let keyStart = completeKeyFrame(containing: number), nextNumber.map({ keyStart > $0 }) ?? true,
            nextNumber == nil || needsKeyFrame || stalledSince != nil
        {
            skip(to: keyStart)
        }
        while let frame = takeNext(at: now) { frames.append(frame) }
        updateStall(at: now)
        return frames
    }

    private static func piece(of packet: RTPPacket) -> Piece? {
        guard !packet.payload.isEmpty else {
            return Piece(
                timestamp: packet.timestamp, startsFrame: false, endsFrame: false, isFiller: true, isKeyFrame: false,
                bytes: [])
        }
        var reader = ByteReader(packet.payload)
        guard let descriptor = try? VP8Descriptor(&reader), !reader.isAtEnd else { return nil }
        return Piece(
            timestamp: packet.timestamp, startsFrame: descriptor.startsFrame, endsFrame: packet.marker, isFiller: false,
            isKeyFrame: descriptor.startsFrame && VP8Packetizer.isKeyFrame(reader.rest), bytes: reader.rest)
    }

    /// Where the complete key frame starts that this packet belongs to; nil when it belongs to none.
    private func completeKeyFrame(containing number: Int64) -> Int64? {
        var start = number
        while let piece = pieces[start], !piece.startsFrame {
            guard !piece.isFiller, number - start < 1500 else { return nil }
            start -= 1
        }
        guard let first = pieces[start], first.isKeyFrame, frameEnd(from: start) != nil else { return nil }
        return start
    }

    /// The number of the frame's last packet when all are there.
    private func frameEnd(from start: Int64) -> Int64? {
        guard let first = pieces[start], first.startsFrame else { return nil }
        var number = start
        while let piece = pieces[number], piece.timestamp == first.timestamp {
            if piece.endsFrame { return number }
            number += 1
        }
        return nil
    }

    private mutating func skip(to start: Int64) {
        pieces = pieces.filter { $0.key >= start }
        nextNumber = start
        stalledSince = nil
    }

    private mutating func takeNext(at now: Instant) -> AssembledFrame? {
        guard var start = nextNumber else { return nil }
        while pieces[start]?.isFiller == true {
            pieces[start] = nil
            start += 1
            nextNumber = start
        }
        guard let end = frameEnd(from: start), let first = pieces[start] else { return nil }
        var bytes: [UInt8] = []
        var size = 0
        for number in start...end { size += pieces[number]?.bytes.count ?? 0 }
        bytes.reserveCapacity(min(size, Self.frameCap))
        for number in start...end {
            if size <= Self.frameCap, let piece = pieces[number] { bytes.append(contentsOf: piece.bytes) }
            pieces[number] = nil
        }
        nextNumber = end + 1
        stalledSince = nil
        guard size <= Self.frameCap, first.isKeyFrame || !needsKeyFrame else { return takeNext(at: now) }
        needsKeyFrame = false
        return AssembledFrame(
            bytes: bytes, isKeyFrame: first.isKeyFrame, timestamp: first.timestamp, packetCount: Int(end - start) + 1,
            completed: now)
    }

    /// A later packet is there although the frame before is not whole.
    private mutating func updateStall(at now: Instant) {
        guard let nextNumber else { return }
        let hasLater = pieces.keys.contains { $0 > nextNumber }
        if pieces.isEmpty || !hasLater { stalledSince = nil } else if stalledSince == nil { stalledSince = now }
    }

    /// Forgets everything and waits for a key frame.
    mutating func restart() {
        pieces = [:]
        nextNumber = nil
        needsKeyFrame = true
        stalledSince = nil
    }
}
