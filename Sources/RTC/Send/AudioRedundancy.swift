import Wire

/// Sends the last pieces of sound once more with the next, while the path loses so many that the codec's own, poorer
/// error correction does not suffice (RFC 2198; RFC 8854 §4).
struct AudioRedundancy: Sendable {
    /// Pieces repeated at most.
    static let maximumDistance = 2
    /// From this share of lost packets on one piece is repeated, or two; below the other again one less.
    private static let start = [0.04, 0.12]
    private static let end = [0.02, 0.08]
    /// Before one less is repeated, the loss must have been low for so many measurements (about as many seconds).
    private static let patience = 5

    private struct Piece: Sendable {
        var payload: [UInt8]
        var timestamp: UInt32
        var sampleCount: Int
    }

    /// Pieces repeated in each packet now: 0...`maximumDistance`.
    private(set) var distance = 0
    private var calmCount = 0
    /// The last ones sent, oldest first.
    private var recent: [Piece] = []

    /// Follows the measured loss, 0...1.
    mutating func update(loss: Double) {
        if distance < Self.maximumDistance, loss >= Self.start[distance] {
            distance = Self.start.lastIndex { loss >= $0 }.map { $0 + 1 } ?? distance
            calmCount = 0
        } else if distance > 0, loss < Self.end[distance - 1] {
            calmCount += 1
            guard calmCount >= Self.patience else { return }
            distance -= 1
            calmCount = 0
        } else {
            calmCount = 0
        }
    }

    /// The payload of a RED packet, or nil when there is nothing to repeat: nothing is wanted, the sender paused before
    /// this piece, or the packet would not fit.
    ///
    /// - Parameters:
    ///   - limit: pieces that the path's bitrate has room for.
    ///   - room: bytes that the payload may have.
    mutating func wrap(
        _ payload: [UInt8], timestamp: UInt32, sampleCount: Int, payloadType: UInt8, limit: Int, room: Int
    ) -> [UInt8]? {
        defer { remember(Piece(payload: payload, timestamp: timestamp, sampleCount: sampleCount)) }
        let count = min(distance, limit)
        guard count > 0 else { return nil }
        var blocks: [RedundantAudioPayload.Block] = []
        var size = RedundantAudioPayload.lastHeaderByteCount + payload.count
        var next = timestamp
        for piece in recent.reversed() {
            let offset = timestamp &- piece.timestamp
            size += RedundantAudioPayload.headerByteCount + piece.payload.count
            // A pause lies between: nobody waits for what was before it.
            guard blocks.count < count, piece.timestamp &+ UInt32(truncatingIfNeeded: piece.sampleCount) == next,
                offset <= RedundantAudioPayload.maximumOffset,
                piece.payload.count <= RedundantAudioPayload.maximumBlockByteCount, size <= room
            else { break }
            blocks.insert(
                RedundantAudioPayload.Block(
                    payloadType: payloadType, timestampOffset: UInt16(truncatingIfNeeded: offset),
                    data: piece.payload[...]), at: 0)
            next = piece.timestamp
        }
        guard !blocks.isEmpty else { return nil }
        return RedundantAudioPayload(blocks: blocks, payloadType: payloadType, data: payload[...]).bytes
    }

    private mutating func remember(_ piece: Piece) {
        if recent.count >= Self.maximumDistance { recent.removeFirst() }
        recent.append(piece)
    }
}
