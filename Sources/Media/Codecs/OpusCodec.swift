import COpus

/// Opus by libopus, 48 kHz mono. For one thread at a time; allocates nothing after its birth.
final class OpusEncoding {
    private let encoder: OpaquePointer
    private let output: UnsafeMutableBufferPointer<UInt8>
    private var correctsErrors = false
    private var expectedLoss = ExpectedLoss().percent

    /// The largest packet: RFC 6716 §3.4, three 20 ms frames.
    static let largestPacket = 3 * 1276

    init(settings: AudioSettings) throws(CodecError) {
        var error: Int32 = 0
        let application = settings.musicMode ? OPUS_APPLICATION_AUDIO : OPUS_APPLICATION_VOIP
        guard let encoder = opus_encoder_create(48_000, 1, application, &error), error == OPUS_OK else {
            throw CodecError(message: "Opus: \(String(cString: opus_strerror(error)))")
        }
        self.encoder = encoder
        output = .allocate(capacity: Self.largestPacket)
        _ = COpus_set_complexity(encoder, 5)
        apply(settings)
    }

    deinit {
        opus_encoder_destroy(encoder)
        output.deallocate()
    }

    /// Bitrate, FEC and DTX may change while it runs.
    func apply(_ settings: AudioSettings) {
        _ = COpus_set_bitrate(encoder, Int32(settings.bitrate))
        _ = COpus_set_signal_voice(encoder, settings.musicMode ? 0 : 1)
        _ = COpus_set_dtx(encoder, settings.discontinuousTransmission ? 1 : 0)
        correctsErrors = settings.forwardErrorCorrection
        protect()
    }

    /// Loss that packets should be made for, per cent; 0 for a path that loses nothing worth speaking of.
    func setExpectedLoss(_ percent: Int) {
        guard percent != expectedLoss else { return }
        expectedLoss = percent
        protect()
    }

    private func protect() {
        let percent = correctsErrors ? expectedLoss : 0
        _ = COpus_set_inband_fec(encoder, percent > 0 ? 1 : 0)
        _ = COpus_set_packet_loss(encoder, Int32(percent))
    }

    /// The packet, valid until the next call; nil when Opus failed, and for DTX's "nothing to send" (<= 2 bytes).
    func encode(_ samples: UnsafeBufferPointer<Int16>) -> UnsafeBufferPointer<UInt8>? {
        guard let input = samples.baseAddress, let target = output.baseAddress else { return nil }
        let count = opus_encode(encoder, input, Int32(samples.count), target, Int32(output.count))
        return count > 2 ? UnsafeBufferPointer(start: target, count: Int(count)) : nil
    }
}

/// Opus decoding with concealment and in-band forward error correction. For one thread at a time.
final class OpusDecoding {
    private let decoder: OpaquePointer

    /// 120 ms at 48 kHz.
    static let longestPacket = 5760

    init() throws(CodecError) {
        var error: Int32 = 0
        guard let decoder = opus_decoder_create(48_000, 1, &error), error == OPUS_OK else {
            throw CodecError(message: "Opus: \(String(cString: opus_strerror(error)))")
        }
        self.decoder = decoder
    }

    deinit { opus_decoder_destroy(decoder) }

    /// Samples written; 0 for a packet that is not Opus.
    func decode(_ packet: UnsafeRawBufferPointer, into target: UnsafeMutableBufferPointer<Int16>) -> Int {
        run(packet, count: target.count, usesRedundancy: 0, into: target)
    }

    /// What was lost before `packet`, from the redundancy in it: `count` samples.
    func recover(
        from packet: UnsafeRawBufferPointer, count: Int, into target: UnsafeMutableBufferPointer<Int16>
    ) -> Int {
        run(packet, count: count, usesRedundancy: 1, into: target)
    }

    /// A guess at what was lost: `count` samples.
    func conceal(count: Int, into target: UnsafeMutableBufferPointer<Int16>) -> Int {
        run(UnsafeRawBufferPointer(start: nil, count: 0), count: count, usesRedundancy: 0, into: target)
    }

    private func run(
        _ packet: UnsafeRawBufferPointer, count: Int, usesRedundancy: Int32,
        into target: UnsafeMutableBufferPointer<Int16>
    ) -> Int {
        guard let output = target.baseAddress else { return 0 }
        let bytes = packet.bindMemory(to: UInt8.self)
        let written = opus_decode(
            decoder, bytes.baseAddress, Int32(bytes.count), output, Int32(min(count, target.count)), usesRedundancy)
        return max(0, Int(written))
    }
}
