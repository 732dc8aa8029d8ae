import CVPX

/// VP9 by libvpx, tuned for calls: constant bitrate, no lag, one spatial layer. For one thread at a time.
///
/// Settings: libwebrtc's real-time ones. One size a life: a new size takes a new encoder.
final class VP9Encoder: PictureEncoder {
    private var codec = vpx_codec_ctx_t()
    private var configuration = vpx_codec_enc_cfg_t()
    private var isOpen = false
    private var clock = EncoderClock()

    /// - Throws: `CodecError` when libvpx refuses the size.
    init(
        width: Int, height: Int, framesPerSecond: Int, bitrate: Int, contentHint: ContentHint = .balanced
    ) throws(CodecError) {
        guard vpx_codec_enc_config_default(vpx_codec_vp9_cx(), &configuration, 0) == VPX_CODEC_OK else {
            throw CodecError(message: "VP9 is not built into libvpx")
        }
        configuration.set(width: width, height: height, bitrate: bitrate, contentHint: contentHint)
        configuration.rc_min_quantizer = contentHint == .detail ? 8 : 2
        configuration.rc_max_quantizer = contentHint == .detail ? 40 : 52
        configuration.rc_undershoot_pct = 50
        configuration.rc_overshoot_pct = 50
        guard CVPX_encoder_init(&codec, vpx_codec_vp9_cx(), &configuration) == VPX_CODEC_OK else {
            throw CodecError(message: "libvpx refuses \(width)x\(height)")
        }
        isOpen = true
        // Small pictures are cheap: they get more of the processor, and need it.
        _ = CVPX_set_cpu_used(&codec, width * height < 352 * 288 ? 5 : width * height < 1920 * 1080 ? 7 : 9)
        _ = CVPX_set_static_threshold(&codec, 1)
        _ = CVPX_set_max_intra_percent(&codec, UInt32(max(300, 600 * framesPerSecond / 20)))
        // Cyclic refresh: the bits go where the picture changes.
        _ = CVPX_set_adaptive_quantization(&codec, 3)
        _ = CVPX_set_row_multithreading(&codec, configuration.g_threads > 1 ? 1 : 0)
        _ = CVPX_set_tile_columns(&codec, configuration.g_threads > 1 ? 1 : 0)
        _ = CVPX_set_frame_parallel(&codec, 0)
        _ = CVPX_set_content(&codec, contentHint == .detail ? 1 : 0)
    }

    deinit {
        if isOpen { vpx_codec_destroy(&codec) }
    }

    func setBitrate(_ bitrate: Int) {
        configuration.rc_target_bitrate = UInt32(max(bitrate / 1000, 10))
        vpx_codec_enc_config_set(&codec, &configuration)
    }

    /// 0 (sharp) ... 255, of the picture encoded last.
    var lastQuantizer: Int { Int(max(CVPX_last_quantizer(&codec), 0)) }

    /// Whether pictures can be decoded whichever upper layers are left out before them. Otherwise VP9 takes motion and
    /// probabilities from the picture before, whatever it refers to: that saves bits, and only a key frame ends it.
    private var isResilient: Bool { configuration.g_error_resilient != 0 }
    /// Since the last key frame.
    private var hasLayers = false

    func encode(_ frame: VideoFrame, forceKeyFrame: Bool, temporalLayer: UInt8, interval: Int) -> EncodedVideo? {
        let beginsLayers = temporalLayer > 0 && !isResilient
        let isKey = forceKeyFrame || beginsLayers
        if isKey { setResilient(beginsLayers || hasLayers) }
        let time = clock.advance(to: frame.captureTime, nominal: interval)
        let flags = isKey ? VPX_EFLAG_FORCE_KF : temporalLayer > 0 ? upperLayerFlags : 0
        return compress(frame, with: &codec, flags: vpx_enc_frame_flags_t(flags), at: time).map {
            hasLayers = $0.isKeyFrame ? false : hasLayers || temporalLayer > 0
            return EncodedVideo(
                codec: "vp9", bytes: $0.bytes, isKeyFrame: $0.isKeyFrame, width: frame.width, height: frame.height,
                captureTime: frame.captureTime, temporalLayer: $0.isKeyFrame ? 0 : temporalLayer)
        }
    }

    /// Takes effect with a key frame.
    private func setResilient(_ isResilient: Bool) {
        guard isResilient != self.isResilient else { return }
        configuration.g_error_resilient = isResilient ? UInt32(VPX_ERROR_RESILIENT_DEFAULT) : 0
        vpx_codec_enc_config_set(&codec, &configuration)
    }
}
