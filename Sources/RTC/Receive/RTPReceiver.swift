import Wire

/// One incoming media section: reception statistics (RFC 3550 §6.4, A.3, A.8), missing packets, frames.
struct RTPReceiver: Sendable {
    var media: NegotiatedMedia
    /// The far side's, once a packet has told it or the description did.
    var ssrc: UInt32?
    var rtxSSRC: UInt32?
    private var unwrapper = SequenceUnwrapper()
    private var firstNumber: Int64?
    private var highestNumber: Int64 = 0
    private var seen = Set<Int64>()
    private var transit: Int64?
    /// RTP clock units.
    private(set) var jitter = 0.0
    private(set) var packetsReceived = 0
    private(set) var bytesReceived = 0
    private(set) var headerBytesReceived = 0
    private(set) var packetsDiscarded = 0
    private(set) var retransmittedPacketsReceived = 0
    private(set) var lastPacket: Instant?
    private var expectedBefore = 0
    private var receivedBefore = 0
    var nacks = NACKRegister()
    var assembler = VideoAssembler()
    var nackCount = 0
    var pliCount = 0
    var framesReceived = 0
    var keyFramesReceived = 0
    var lastPLI: Instant?
    /// The far side's last sender report: what NTP time an RTP time stands for.
    var senderReport: (info: SenderInfo, arrival: Instant)?
    /// RTP time and arrival of the newest packet, for lip-sync.
    private(set) var newest: (timestamp: UInt32, arrival: Instant)?
    var audioLevel: UInt8?

    init(media: NegotiatedMedia) {
        self.media = media
        ssrc = media.remoteSSRC
        rtxSSRC = media.remoteRTXSSRC
    }

    /// What a packet turned out to be.
    enum Reception {
        case new(Int64)
        case duplicate
    }

    mutating func receive(_ packet: RTPPacket, isRetransmission: Bool, byteCount: Int, at now: Instant) -> Reception {
        let number = unwrapper.unwrap(packet.sequenceNumber)
        if isRetransmission { retransmittedPacketsReceived += 1 }
        guard seen.insert(number).inserted else {
            packetsDiscarded += 1
            return .duplicate
        }
        if seen.count > 4096 {
            let floor = highestNumber - 2048
            seen = seen.filter { $0 >= floor }
        }
        if firstNumber == nil {
            firstNumber = number
            highestNumber = number
        }
        packetsReceived += 1
        bytesReceived += packet.payload.count
        headerBytesReceived += byteCount - packet.payload.count
        lastPacket = now
        if !isRetransmission { updateJitter(packet, at: now) }
        if number >= highestNumber {
            highestNumber = number
            newest = (packet.timestamp, now)
        }
        return .new(number)
    }

    private mutating func updateJitter(_ packet: RTPPacket, at now: Instant) {
        let rate = Int64(media.codecs.first?.clockRate ?? 90_000)
        let arrival = now.microseconds &* rate / 1_000_000
        let current = arrival &- Int64(packet.timestamp)
        if let transit {
            let difference = Double(abs(Int32(truncatingIfNeeded: current &- transit)))
            if difference < Double(rate) { jitter += (difference - jitter) / 16 }
        }
        transit = current
    }

    var totalLost: Int {
        guard let firstNumber else { return 0 }
        return Int(highestNumber - firstNumber) + 1 - packetsReceived
    }

    /// The report on this sender, and the start of the next interval; nil before the first packet.
    mutating func makeReport(at now: Instant) -> ReceptionReport? {
        guard let ssrc, let firstNumber else { return nil }
        let expected = Int(highestNumber - firstNumber) + 1
        let expectedInterval = expected - expectedBefore
        let receivedInterval = packetsReceived - receivedBefore
        expectedBefore = expected
        receivedBefore = packetsReceived
        let lost = expectedInterval - receivedInterval
        let fraction = expectedInterval > 0 && lost > 0 ? min(lost * 256 / expectedInterval, 255) : 0
        var lastReport: UInt32 = 0
        var delay: UInt32 = 0
        if let senderReport {
            lastReport = UInt32(truncatingIfNeeded: senderReport.info.ntp >> 16)
            delay = UInt32(truncatingIfNeeded: (now - senderReport.arrival).wholeMicroseconds * 65_536 / 1_000_000)
        }
        return ReceptionReport(
            ssrc: ssrc, fractionLost: UInt8(fraction), totalLost: Int32(clamping: totalLost),
            highestSequence: UInt32(truncatingIfNeeded: highestNumber - 65_536), jitter: UInt32(jitter),
            lastSenderReport: lastReport, delaySinceLastSenderReport: delay)
    }

    /// NTP time (µs, any origin) at which the far side captured what carries this RTP time; nil before a sender report.
    func captureTime(of timestamp: UInt32) -> Int64? {
        guard let info = senderReport?.info else { return nil }
        let rate = Int64(media.codecs.first?.clockRate ?? 90_000)
        let offset = Int64(Int32(bitPattern: timestamp &- info.rtpTimestamp)) * 1_000_000 / rate
        let seconds = Int64(info.ntp >> 32) * 1_000_000
        return seconds + Int64(((info.ntp & 0xFFFF_FFFF) * 1_000_000) >> 32) + offset
    }
}
