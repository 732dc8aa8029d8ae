/// XR (RFC 3611), as far as round-trip times of receivers need it: RRTR and DLRR. Other blocks are skipped.
package struct ExtendedReport: Hashable, Sendable {
    /// One sub-block of DLRR (RFC 3611 §4.5).
    package struct DelaySinceLastReceiverReport: Hashable, Sendable {
        /// The receiver whose RRTR is answered.
        package var ssrc: UInt32
        /// Compact NTP time out of that RRTR.
        package var lastReceiverReport: UInt32
        /// In 1/65536 s.
        package var delay: UInt32

        package init(ssrc: UInt32, lastReceiverReport: UInt32, delay: UInt32) {
            self.ssrc = ssrc
            self.lastReceiverReport = lastReceiverReport
            self.delay = delay
        }
    }

    package static let maximumDelayCount = 64

    package var senderSSRC: UInt32
    /// RRTR (RFC 3611 §4.4): the receiver's own NTP time.
    package var receiverReferenceTime: NTPTime?
    /// DLRR.
    package var delays: [DelaySinceLastReceiverReport]

    package init(
        senderSSRC: UInt32, receiverReferenceTime: NTPTime? = nil, delays: [DelaySinceLastReceiverReport] = []
    ) {
        self.senderSSRC = senderSSRC
        self.receiverReferenceTime = receiverReferenceTime
        self.delays = delays
    }

    init(parsing reader: inout ByteReader) throws(WireError) {
        senderSSRC = try reader.readUInt32()
        delays = []
        while reader.remaining >= 4 {
            let type = try reader.readUInt8()
            try reader.skip(1)
            var block = ByteReader(try reader.readBytes(Int(try reader.readUInt16()) * 4))
            switch type {
            case 4: receiverReferenceTime = NTPTime(try block.readUInt64())
            case 5:
                while block.remaining >= 12 {
                    guard delays.count < Self.maximumDelayCount else { throw .tooMany("DLRR sub-blocks") }
                    delays.append(
                        DelaySinceLastReceiverReport(
                            ssrc: try block.readUInt32(), lastReceiverReport: try block.readUInt32(),
                            delay: try block.readUInt32()))
                }
            default: break
            }
        }
    }

    func write(to bytes: inout [UInt8]) {
        bytes.write(senderSSRC)
        if let receiverReferenceTime {
            bytes.write(UInt32(0x0400_0002))
            bytes.write(receiverReferenceTime.value)
        }
        let sent = delays.prefix(Self.maximumDelayCount)
        guard !sent.isEmpty else { return }
        bytes.write(UInt16(0x0500))
        bytes.write(UInt16(sent.count * 3))
        for delay in sent {
            bytes.write(delay.ssrc)
            bytes.write(delay.lastReceiverReport)
            bytes.write(delay.delay)
        }
    }
}
