import CVPX
import CYUV

/// A decoder of VP8 or VP9 by libvpx. For one thread at a time.
final class PictureDecoder {
    /// Pixels a side.
    static let largestSide = 4096

    let codecName: String
    private var codec = vpx_codec_ctx_t()
    private var pool: FramePool?
    private var isOpen = false

    /// - Parameter codec: lower-case RTP encoding name.
    /// - Throws: `CodecError` when libvpx does not have it.
    init(codec name: String) throws(CodecError) {
        codecName = name
        let interface: OpaquePointer? =
            switch name {
            case "vp8": vpx_codec_vp8_dx()
            case "vp9": vpx_codec_vp9_dx()
            default: nil
            }
        var configuration = vpx_codec_dec_cfg_t(threads: 1, w: 0, h: 0)
        guard let interface, CVPX_decoder_init(&codec, interface, &configuration) == VPX_CODEC_OK else {
            throw CodecError(message: "libvpx has no decoder for \(name)")
        }
        isOpen = true
    }

    deinit {
        if isOpen { vpx_codec_destroy(&codec) }
    }

    /// - Returns: the picture; nil when there is none to show yet or the pool is exhausted.
    /// - Throws: `CodecError` when the bytes cannot be decoded: a key frame is needed then.
    func decode(_ bytes: [UInt8]) throws(CodecError) -> VideoFrame? {
        try checkSize(of: bytes)
        guard vpx_codec_decode(&codec, bytes, UInt32(bytes.count), nil, 0) == VPX_CODEC_OK else {
            throw CodecError(message: String(cString: vpx_codec_error(&codec)))
        }
        var iterator: vpx_codec_iter_t?
        guard let image = vpx_codec_get_frame(&codec, &iterator)?.pointee else { return nil }
        let (width, height) = (Int(image.d_w), Int(image.d_h))
        guard width > 0, height > 0 else { throw CodecError(message: "a picture of \(width)x\(height)") }
        if pool?.width != width || pool?.height != height { pool = FramePool(width: width, height: height) }
        guard let frame = pool?.take() else { return nil }
        _ = I420Copy(
            image.planes.0, image.stride.0, image.planes.1, image.stride.1, image.planes.2, image.stride.2,
            frame.y, Int32(frame.yStride), frame.u, Int32(frame.chromaStride), frame.v, Int32(frame.chromaStride),
            Int32(width), Int32(height))
        return frame
    }

    /// What a key frame says of its size, before libvpx gets the memory for it: 14 bits a side would be 400 MB for each of
    /// several pictures.
    private func checkSize(of bytes: [UInt8]) throws(CodecError) {
        var information = vpx_codec_stream_info_t()
        information.sz = UInt32(MemoryLayout<vpx_codec_stream_info_t>.size)
        guard vpx_codec_peek_stream_info(codec.iface, bytes, UInt32(bytes.count), &information) == VPX_CODEC_OK,
            information.w > Self.largestSide || information.h > Self.largestSide
        else { return }
        throw CodecError(message: "a picture of \(information.w)x\(information.h)")
    }
}
