import CVPX

/// An encoder of pictures of one size. For one thread at a time.
protocol PictureEncoder: AnyObject {
    /// Takes effect with the next picture. bit/s.
    func setBitrate(_ bitrate: Int)

    /// Of the picture encoded last, on the codec's own scale.
    var lastQuantizer: Int { get }

    /// Nil when the rate control dropped the picture, or the codec failed on it.
    ///
    /// - Parameters:
    ///   - temporalLayer: 0 for the base layer; others may be left out. A key frame is always of the base layer.
    ///   - interval: 90 kHz, from one encoded picture to the next.
    func encode(_ frame: VideoFrame, forceKeyFrame: Bool, temporalLayer: UInt8, interval: Int) -> EncodedVideo?
}

extension PictureEncoder {
    /// A picture of the base layer, one of 30 a second.
    func encode(_ frame: VideoFrame, forceKeyFrame: Bool) -> EncodedVideo? {
        encode(frame, forceKeyFrame: forceKeyFrame, temporalLayer: 0, interval: 3000)
    }
}

/// A picture of an upper layer changes nothing that later ones are made from: it refers to the last one of the base layer,
/// and can be left out of any stream.
let upperLayerFlags = VP8_EFLAG_NO_UPD_LAST | VP8_EFLAG_NO_UPD_GF | VP8_EFLAG_NO_UPD_ARF | VP8_EFLAG_NO_UPD_ENTROPY

extension vpx_codec_enc_cfg_t {
    /// What calls want of either codec (libwebrtc's real-time settings): constant bitrate, no lag, key frames when they are
    /// asked for.
    ///
    /// - Parameters:
    ///   - width: pixels, as is the height.
    ///   - bitrate: bit/s.
    mutating func set(width: Int, height: Int, bitrate: Int, contentHint: ContentHint) {
        g_w = UInt32(width)
        g_h = UInt32(height)
        g_timebase = vpx_rational(num: 1, den: 90_000)
        g_threads = width * height > 1280 * 960 ? 2 : 1
        g_lag_in_frames = 0
        g_pass = VPX_RC_ONE_PASS
        g_error_resilient = 0
        rc_end_usage = VPX_CBR
        rc_target_bitrate = UInt32(max(bitrate / 1000, 10))
        // Text must stay readable: rather fewer pictures than coarse ones.
        rc_dropframe_thresh = contentHint == .detail ? 70 : 30
        rc_resize_allowed = 0
        rc_buf_initial_sz = 500
        rc_buf_optimal_sz = 600
        rc_buf_sz = 1000
        kf_mode = VPX_KF_AUTO
        kf_max_dist = 3000
    }
}

/// What libvpx makes of one picture, whatever the codec of the context; nil when the rate control dropped it, or libvpx
/// failed on it.
///
/// - Parameter time: what `EncoderClock` says.
func compress(
    _ frame: VideoFrame, with context: inout vpx_codec_ctx_t, flags: vpx_enc_frame_flags_t,
    at time: (timestamp: Int64, duration: Int)
) -> (bytes: [UInt8], isKeyFrame: Bool)? {
    var image = vpx_image_t()
    guard vpx_img_wrap(&image, VPX_IMG_FMT_I420, UInt32(frame.width), UInt32(frame.height), 1, frame.y) != nil else {
        return nil
    }
    image.planes = (frame.y, frame.u, frame.v, nil)
    image.stride = (Int32(frame.yStride), Int32(frame.chromaStride), Int32(frame.chromaStride), 0)
    let result = vpx_codec_encode(
        &context, &image, vpx_codec_pts_t(time.timestamp), UInt(time.duration), flags, UInt(VPX_DL_REALTIME))
    guard result == VPX_CODEC_OK else { return nil }
    var iterator: vpx_codec_iter_t?
    while let packet = vpx_codec_get_cx_data(&context, &iterator) {
        var size = 0
        var isKeyFrame: Int32 = 0
        guard let data = CVPX_frame_data(packet, &size, &isKeyFrame) else { continue }
        return (Array(UnsafeRawBufferPointer(start: data, count: size)), isKeyFrame != 0)
    }
    return nil
}
