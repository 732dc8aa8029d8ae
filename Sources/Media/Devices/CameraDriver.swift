import CV4L
import CYUV
import Glibc

/// A camera by libv4l2: memory-mapped buffers, non-blocking, late pictures dropped.
///
/// YUYV is converted here by libyuv; MJPEG and everything else libv4l2 gives as planar 4:2:0.
final class CameraDriver: VideoSourceDriver {
    private struct Mapping {
        var start: UnsafeMutableRawPointer
        var length: Int
    }

    /// No picture for so long means that the camera is gone or stuck, ms.
    private static let silenceLimit = 5000

    private let device: Int32
    private let path: String
    private var mappings: [Mapping] = []
    private let format: v4l2_pix_format
    private let pool: FramePool
    private var silence = 0

    init(path: String, settings: VideoSettings) throws(VideoSourceError) {
        self.path = path
        let device = CV4L_open(path)
        guard device >= 0 else { throw VideoSourceError(problem: Self.problem(errno, path: path)) }
        do {
            format = try Self.negotiate(device, settings: settings, path: path)
            self.device = device
            pool = FramePool(width: Int(format.width), height: Int(format.height))
        } catch {
            v4l2_close(device)
            throw error
        }
        try startStreaming()
    }

    deinit {
        _ = CV4L_stream(device, 0)
        for mapping in mappings { v4l2_munmap(mapping.start, mapping.length) }
        v4l2_close(device)
    }

    /// The nearest size to the one asked: YUYV where the camera has it at that size, else what libv4l2 converts to I420.
    private static func negotiate(
        _ device: Int32, settings: VideoSettings, path: String
    ) throws(VideoSourceError) -> v4l2_pix_format {
        var chosen: v4l2_pix_format?
        for pixelFormat in [CV4L_format_yuv420, CV4L_format_yuyv] {
            var format = v4l2_format()
            guard CV4L_set_format(device, UInt32(settings.width), UInt32(settings.height), pixelFormat, &format) == 0
            else {
                if errno == EBUSY { throw VideoSourceError(problem: .deviceBusy(path)) }
                continue
            }
            let pix = CV4L_pix(&format)
            guard pix.pixelformat == pixelFormat, pix.width >= 16, pix.height >= 16, pix.width <= 4096,
                pix.height <= 4096
            else { continue }
            chosen = pix
            break
        }
        guard let chosen else { throw VideoSourceError(problem: .failed("no usable picture format")) }
        _ = CV4L_set_rate(device, UInt32(settings.framesPerSecond))
        return chosen
    }

    private func startStreaming() throws(VideoSourceError) {
        var request = v4l2_requestbuffers()
        guard CV4L_request_buffers(device, 4, &request) == 0, request.count > 0 else {
            throw VideoSourceError(problem: Self.problem(errno, path: path))
        }
        for index in 0..<request.count {
            var buffer = v4l2_buffer()
            guard CV4L_query_buffer(device, index, &buffer) == 0,
                let start = v4l2_mmap(
                    nil, Int(buffer.length), PROT_READ | PROT_WRITE, MAP_SHARED, device, Int64(CV4L_offset(&buffer))),
                start != MAP_FAILED
            else { throw VideoSourceError(problem: .failed("the camera shares no memory")) }
            mappings.append(Mapping(start: start, length: Int(buffer.length)))
            guard CV4L_queue(device, &buffer) == 0 else {
                throw VideoSourceError(problem: Self.problem(errno, path: path))
            }
        }
        guard CV4L_stream(device, 1) == 0 else { throw VideoSourceError(problem: Self.problem(errno, path: path)) }
    }

    func nextFrame() throws(VideoSourceError) -> VideoFrame? {
        var descriptor = pollfd(fd: device, events: Int16(POLLIN), revents: 0)
        let ready = poll(&descriptor, 1, 200)
        if ready == 0 {
            silence += 200
            guard silence < Self.silenceLimit else {
                throw VideoSourceError(problem: .failed("the camera sends no pictures"))
            }
            return nil
        }
        silence = 0
        guard let newest = try dequeueNewest() else { return nil }
        var buffer = newest
        defer { _ = CV4L_queue(device, &buffer) }
        return convert(buffer)
    }

    /// When several pictures wait, only the newest is of interest.
    private func dequeueNewest() throws(VideoSourceError) -> v4l2_buffer? {
        var newest: v4l2_buffer?
        while true {
            var buffer = v4l2_buffer()
            guard CV4L_dequeue(device, &buffer) == 0 else {
                switch errno {
                case EAGAIN: return newest
                case EIO, EINTR: return newest
                default: throw VideoSourceError(problem: Self.problem(errno, path: path))
                }
            }
            guard Int(buffer.index) < mappings.count else { continue }
            if var older = newest { _ = CV4L_queue(device, &older) }
            newest = buffer
        }
    }

    private func convert(_ buffer: v4l2_buffer) -> VideoFrame? {
        let (width, height) = (Int(format.width), Int(format.height))
        let source = mappings[Int(buffer.index)].start.assumingMemoryBound(to: UInt8.self)
        let available = min(Int(buffer.bytesused), mappings[Int(buffer.index)].length)
        let isYUYV = format.pixelformat == CV4L_format_yuyv
        let stride = max(Int(format.bytesperline), isYUYV ? 2 * width : width)
        let needed = isYUYV ? stride * height : stride * height + 2 * (stride / 2) * (height / 2)
        guard available >= needed, let frame = pool.take() else { return nil }
        frame.captureTime = MediaClock.now
        if isYUYV {
            _ = YUY2ToI420(
                source, Int32(stride), frame.y, Int32(frame.yStride), frame.u, Int32(frame.chromaStride), frame.v,
                Int32(frame.chromaStride), Int32(width), Int32(height))
        } else {
            let u = source + stride * height
            let v = u + stride / 2 * (height / 2)
            _ = I420Copy(
                source, Int32(stride), u, Int32(stride / 2), v, Int32(stride / 2), frame.y, Int32(frame.yStride),
                frame.u, Int32(frame.chromaStride), frame.v, Int32(frame.chromaStride), Int32(width), Int32(height))
        }
        return frame
    }

    private static func problem(_ code: Int32, path: String) -> MediaProblem {
        switch code {
        case EBUSY: .deviceBusy(path)
        case ENOENT, ENODEV, ENXIO: .deviceNotFound(path)
        default: .failed(String(cString: strerror(code)))
        }
    }
}
