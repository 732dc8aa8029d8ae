/// Transport-wide congestion control feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1): which packets
/// of the transport arrived, and when.
package struct TransportFeedback: Hashable, Sendable {
    /// The fate of one packet.
    package enum Arrival: Hashable, Sendable {
        case lost
        /// Arrived, at an unknown time.
        case received
        /// Arrived this long after the packet before it in the list (after the reference time for the first), in units
        /// of 250 µs; negative when it overtook.
        case receivedAfter(Int16)

        package var isReceived: Bool { self != .lost }
    }

    /// Packets in one feedback at most: several seconds of traffic.
    package static let maximumPacketCount = 8192
    /// Microseconds of one delta unit.
    package static let deltaUnit: Int64 = 250
    /// Microseconds of one unit of `referenceTime`.
    package static let referenceUnit: Int64 = 64_000

    package var senderSSRC: UInt32
    package var mediaSSRC: UInt32
    /// Transport-wide sequence number of the first packet.
    package var baseSequenceNumber: UInt16
    /// Signed 24 bits, in units of 64 ms of the receiver's own clock.
    package var referenceTime: Int32
    /// Counts feedback packets, so that a lost one is noticed.
    package var feedbackCount: UInt8
    /// One for each packet from `baseSequenceNumber` on.
    package var arrivals: [Arrival]

    package init(
        senderSSRC: UInt32, mediaSSRC: UInt32, baseSequenceNumber: UInt16, referenceTime: Int32, feedbackCount: UInt8,
        arrivals: [Arrival]
    ) {
        self.senderSSRC = senderSSRC
        self.mediaSSRC = mediaSSRC
        self.baseSequenceNumber = baseSequenceNumber
        self.referenceTime = referenceTime
        self.feedbackCount = feedbackCount
        self.arrivals = arrivals
    }

    init(senderSSRC: UInt32, mediaSSRC: UInt32, parsing reader: inout ByteReader) throws(WireError) {
        self.senderSSRC = senderSSRC
        self.mediaSSRC = mediaSSRC
        baseSequenceNumber = try reader.readUInt16()
        let count = Int(try reader.readUInt16())
        guard count <= Self.maximumPacketCount else { throw .tooMany("transport feedback packets") }
        referenceTime = Int32(bitPattern: try reader.readUInt24() << 8) >> 8
        feedbackCount = try reader.readUInt8()
        let symbols = try TransportFeedbackChunk.read(count: count, from: &reader)
        arrivals = []
        arrivals.reserveCapacity(count)
        for symbol in symbols {
            switch symbol {
            case .notReceived: arrivals.append(.lost)
            case .smallDelta: arrivals.append(.receivedAfter(Int16(try reader.readUInt8())))
            case .largeDelta: arrivals.append(.receivedAfter(Int16(bitPattern: try reader.readUInt16())))
            case .withoutDelta: arrivals.append(.received)
            }
        }
    }

    func write(to bytes: inout [UInt8]) {
        let sent = arrivals.prefix(Self.maximumPacketCount)
        bytes.write(baseSequenceNumber)
        bytes.write(UInt16(sent.count))
        bytes.writeUInt24(UInt32(bitPattern: referenceTime))
        bytes.write(feedbackCount)
        TransportFeedbackChunk.write(sent.map(TransportFeedbackChunk.Symbol.init), to: &bytes)
        for case .receivedAfter(let delta) in sent {
            if (0...255).contains(delta) {
                bytes.write(UInt8(delta))
            } else {
                bytes.write(UInt16(bitPattern: delta))
            }
        }
    }
}
