import CVPX

/// A codec that could not do what it was asked.
package struct CodecError: Error, Hashable {
    package var message: String
}

/// VP8 by libvpx, tuned for calls: constant bitrate, no lag, one thread. For one thread at a time.
///
/// Settings: libwebrtc's real-time ones. One size a life: a new size takes a new encoder.
final class VP8Encoder: PictureEncoder {
    private var codec = vpx_codec_ctx_t()
    private var configuration = vpx_codec_enc_cfg_t()
    private var isOpen = false
    private var clock = EncoderClock()

    /// - Throws: `CodecError` when libvpx refuses the size.
    init(
        width: Int, height: Int, framesPerSecond: Int, bitrate: Int, contentHint: ContentHint = .balanced
    ) throws(CodecError) {
        guard vpx_codec_enc_config_default(vpx_codec_vp8_cx(), &configuration, 0) == VPX_CODEC_OK else {
            throw CodecError(message: "VP8 is not built into libvpx")
        }
        configuration.set(width: width, height: height, bitrate: bitrate, contentHint: contentHint)
        configuration.rc_min_quantizer = 2
        configuration.rc_max_quantizer = contentHint == .detail ? 36 : 56
        configuration.rc_undershoot_pct = 100
        configuration.rc_overshoot_pct = 15
        guard CVPX_encoder_init(&codec, vpx_codec_vp8_cx(), &configuration) == VPX_CODEC_OK else {
            throw CodecError(message: "libvpx refuses \(width)x\(height)")
        }
        isOpen = true
        _ = CVPX_set_cpu_used(&codec, width * height < 352 * 288 ? -4 : -6)
        _ = CVPX_set_static_threshold(&codec, 1)
        _ = CVPX_set_token_partitions(&codec, 1)
        _ = CVPX_set_noise_sensitivity(&codec, 0)
        _ = CVPX_set_max_intra_percent(&codec, UInt32(max(300, 600 * framesPerSecond / 20)))
    }

    deinit {
        if isOpen { vpx_codec_destroy(&codec) }
    }

    func setBitrate(_ bitrate: Int) {
        configuration.rc_target_bitrate = UInt32(max(bitrate / 1000, 10))
        vpx_codec_enc_config_set(&codec, &configuration)
    }

    /// 0 (sharp) ... 127, of the picture encoded last.
    var lastQuantizer: Int { Int(max(CVPX_last_quantizer(&codec), 0)) }

    func encode(_ frame: VideoFrame, forceKeyFrame: Bool, temporalLayer: UInt8, interval: Int) -> EncodedVideo? {
        let layerFlags = temporalLayer > 0 ? upperLayerFlags : 0
        let flags = vpx_enc_frame_flags_t(forceKeyFrame ? VPX_EFLAG_FORCE_KF : layerFlags)
        let time = clock.advance(to: frame.captureTime, nominal: interval)
        return compress(frame, with: &codec, flags: flags, at: time).map {
            EncodedVideo(
                codec: "vp8", bytes: $0.bytes, isKeyFrame: $0.isKeyFrame, width: frame.width, height: frame.height,
                captureTime: frame.captureTime, temporalLayer: $0.isKeyFrame ? 0 : temporalLayer)
        }
    }
}
