/// One reception report block (RFC 3550 §6.4.1): how a receiver gets one of our streams.
package struct ReportBlock: Hashable, Sendable {
    /// The stream that is reported on.
    package var ssrc: UInt32
    /// Share lost since the last report, in 1/256.
    package var fractionLost: UInt8
    /// Since the beginning; negative with duplicates. 24 bits on the wire.
    package var cumulativeLost: Int32
    /// Cycles in the high half, highest sequence number in the low half.
    package var highestSequenceNumber: UInt32
    /// In units of the RTP clock.
    package var jitter: UInt32
    /// LSR: the compact NTP time of the last sender report, 0 for none.
    package var lastSenderReport: UInt32
    /// DLSR, in 1/65536 s.
    package var delaySinceLastSenderReport: UInt32

    package static let byteCount = 24

    package init(
        ssrc: UInt32, fractionLost: UInt8, cumulativeLost: Int32, highestSequenceNumber: UInt32, jitter: UInt32,
        lastSenderReport: UInt32, delaySinceLastSenderReport: UInt32
    ) {
        self.ssrc = ssrc
        self.fractionLost = fractionLost
        self.cumulativeLost = cumulativeLost
        self.highestSequenceNumber = highestSequenceNumber
        self.jitter = jitter
        self.lastSenderReport = lastSenderReport
        self.delaySinceLastSenderReport = delaySinceLastSenderReport
    }

    init(parsing reader: inout ByteReader) throws(WireError) {
        ssrc = try reader.readUInt32()
        fractionLost = try reader.readUInt8()
        // Sign-extended from 24 bits.
        cumulativeLost = Int32(bitPattern: try reader.readUInt24() << 8) >> 8
        highestSequenceNumber = try reader.readUInt32()
        jitter = try reader.readUInt32()
        lastSenderReport = try reader.readUInt32()
        delaySinceLastSenderReport = try reader.readUInt32()
    }

    func write(to bytes: inout [UInt8]) {
        bytes.write(ssrc)
        bytes.write(fractionLost)
        bytes.writeUInt24(UInt32(bitPattern: min(max(cumulativeLost, -0x80_0000), 0x7F_FFFF)))
        bytes.write(highestSequenceNumber)
        bytes.write(jitter)
        bytes.write(lastSenderReport)
        bytes.write(delaySinceLastSenderReport)
    }
}

/// SR (RFC 3550 §6.4.1).
package struct SenderReport: Hashable, Sendable {
    package var ssrc: UInt32
    package var ntpTime: NTPTime
    /// The same moment in units of the stream's RTP clock.
    package var rtpTimestamp: UInt32
    package var packetCount: UInt32
    /// Payload bytes, without headers and padding.
    package var octetCount: UInt32
    /// At most 31.
    package var reports: [ReportBlock]

    package init(
        ssrc: UInt32, ntpTime: NTPTime, rtpTimestamp: UInt32, packetCount: UInt32, octetCount: UInt32,
        reports: [ReportBlock]
    ) {
        self.ssrc = ssrc
        self.ntpTime = ntpTime
        self.rtpTimestamp = rtpTimestamp
        self.packetCount = packetCount
        self.octetCount = octetCount
        self.reports = reports
    }

    init(parsing reader: inout ByteReader, reportCount: Int) throws(WireError) {
        ssrc = try reader.readUInt32()
        ntpTime = NTPTime(try reader.readUInt64())
        rtpTimestamp = try reader.readUInt32()
        packetCount = try reader.readUInt32()
        octetCount = try reader.readUInt32()
        reports = []
        for _ in 0..<reportCount { reports.append(try ReportBlock(parsing: &reader)) }
    }

    func write(to bytes: inout [UInt8]) {
        bytes.write(ssrc)
        bytes.write(ntpTime.value)
        bytes.write(rtpTimestamp)
        bytes.write(packetCount)
        bytes.write(octetCount)
        for report in reports.prefix(31) { report.write(to: &bytes) }
    }
}

/// RR (RFC 3550 §6.4.2).
package struct ReceiverReport: Hashable, Sendable {
    package var ssrc: UInt32
    /// At most 31.
    package var reports: [ReportBlock]

    package init(ssrc: UInt32, reports: [ReportBlock]) {
        self.ssrc = ssrc
        self.reports = reports
    }

    init(parsing reader: inout ByteReader, reportCount: Int) throws(WireError) {
        ssrc = try reader.readUInt32()
        reports = []
        for _ in 0..<reportCount { reports.append(try ReportBlock(parsing: &reader)) }
    }

    func write(to bytes: inout [UInt8]) {
        bytes.write(ssrc)
        for report in reports.prefix(31) { report.write(to: &bytes) }
    }
}
