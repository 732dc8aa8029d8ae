import CV4L
import CYUV
import Glibc

/// A camera by libv4l2: memory-mapped buffers, non-blocking, late pictures dropped.
///
/// YUYV and MJPEG are converted here by libyuv; what a camera has instead, libv4l2 makes planar 4:2:0.
final class CameraDriver: VideoSourceDriver {
    private struct Mapping {
        var start: UnsafeMutableRawPointer
        var length: Int
    }

    private let device: Int32
    private let missing: MediaProblem
    private let busy: MediaProblem
    private let silenceLimit: Int64
    private let format: v4l2_pix_format
    private let pool: FramePool
    private var mappings: [Mapping] = []
    /// When the last good picture came, µs.
    private var lastPicture: Int64

    /// - Parameters:
    ///   - missing: what to tell when the device is not there, or not any more.
    ///   - silenceLimit: no picture for so long, µs, means that the camera is stuck.
    init(
        path: String, settings: VideoSettings, missing: MediaProblem? = nil, silenceLimit: Int64 = 5_000_000
    ) throws(VideoSourceError) {
        self.missing = missing ?? .deviceNotFound(path)
        busy = .deviceBusy(path)
        self.silenceLimit = silenceLimit
        lastPicture = MediaClock.now
        CameraList.quiet
        let device = CV4L_open(path)
        guard device >= 0 else { throw Self.error(errno, missing: self.missing, busy: busy) }
        do {
            format = try Self.negotiate(device, settings: settings, missing: self.missing, busy: busy)
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

    /// The best of the camera's own modes; without one that we convert, what libv4l2 makes of the camera's formats.
    private static func negotiate(
        _ device: Int32, settings: VideoSettings, missing: MediaProblem, busy: MediaProblem
    ) throws(VideoSourceError) -> v4l2_pix_format {
        var wishes = [
            CameraMode(
                format: CV4L_format_yuv420, width: settings.width, height: settings.height,
                framesPerSecond: Double(settings.framesPerSecond))
        ]
        if let best = CameraMode.best(of: CameraMode.modes(of: device, near: settings), for: settings) {
            wishes.insert(best, at: 0)
        }
        for wish in wishes {
            var format = v4l2_format()
            guard CV4L_set_format(device, UInt32(wish.width), UInt32(wish.height), wish.format, &format) == 0 else {
                // "Invalid" is an answer to this wish, anything else to all of them.
                if errno == EINVAL { continue }
                throw error(errno, missing: missing, busy: busy)
            }
            let pix = CV4L_pix(&format)
            guard pix.pixelformat == wish.format, (16...4096).contains(pix.width), (16...4096).contains(pix.height)
            else { continue }
            _ = CV4L_set_rate(device, UInt32(settings.framesPerSecond))
            return pix
        }
        throw VideoSourceError(problem: .failed("no usable picture format"))
    }

    /// The four letters of the format that the camera sends; for tests.
    var pictureFormat: String {
        String(decoding: withUnsafeBytes(of: format.pixelformat.littleEndian) { Array($0) }, as: UTF8.self)
    }

    private func startStreaming() throws(VideoSourceError) {
        var request = v4l2_requestbuffers()
        guard CV4L_request_buffers(device, 4, &request) == 0 else { throw error(errno) }
        for index in 0..<request.count {
            var buffer = v4l2_buffer()
            guard CV4L_query_buffer(device, index, &buffer) == 0,
                let start = v4l2_mmap(
                    nil, Int(buffer.length), PROT_READ | PROT_WRITE, MAP_SHARED, device, Int64(CV4L_offset(&buffer))),
                start != MAP_FAILED
            else { throw VideoSourceError(problem: .failed("the camera shares no memory")) }
            mappings.append(Mapping(start: start, length: Int(buffer.length)))
            guard CV4L_queue(device, &buffer) == 0 else { throw error(errno) }
        }
        guard !mappings.isEmpty else { throw VideoSourceError(problem: .failed("the camera shares no memory")) }
        guard CV4L_stream(device, 1) == 0 else { throw error(errno) }
    }

    func nextFrame() throws(VideoSourceError) -> VideoFrame? {
        var descriptor = pollfd(fd: device, events: Int16(POLLIN), revents: 0)
        let ready = poll(&descriptor, 1, 100)
        guard var buffer = try dequeueNewest() else {
            // Some drivers call an error, or nothing at all, "ready": then waiting is up to us.
            if ready != 0 { MediaClock.sleep(until: MediaClock.now + 4_000) }
            try checkSilence()
            return nil
        }
        defer { _ = CV4L_queue(device, &buffer) }
        guard let frame = pool.take() else {
            // Nobody's fault but of those who keep the pictures.
            lastPicture = MediaClock.now
            return nil
        }
        guard convert(buffer, into: frame) else {
            try checkSilence()
            return nil
        }
        lastPicture = MediaClock.now
        frame.captureTime = Self.time(of: buffer, now: lastPicture)
        return frame
    }

    private func checkSilence() throws(VideoSourceError) {
        guard MediaClock.now - lastPicture >= silenceLimit else { return }
        throw VideoSourceError(problem: .failed("the camera sends no pictures"))
    }

    /// When several pictures wait, only the newest is of interest.
    private func dequeueNewest() throws(VideoSourceError) -> v4l2_buffer? {
        var newest: v4l2_buffer?
        // Not for ever, should the camera be quicker than we are.
        for _ in 0..<mappings.count {
            var buffer = v4l2_buffer()
            guard CV4L_dequeue(device, &buffer) == 0 else {
                // A picture that was lost on the way: the next one may be good.
                if errno == EAGAIN || errno == EINTR || errno == EIO || errno == EPIPE { break }
                throw error(errno)
            }
            guard Int(buffer.index) < mappings.count else { continue }
            if var older = newest { _ = CV4L_queue(device, &older) }
            newest = buffer
        }
        return newest
    }

    /// False for a picture that is broken or cut short.
    private func convert(_ buffer: v4l2_buffer, into frame: VideoFrame) -> Bool {
        guard buffer.flags & UInt32(V4L2_BUF_FLAG_ERROR) == 0 else { return false }
        let (width, height) = (Int32(frame.width), Int32(frame.height))
        let mapping = mappings[Int(buffer.index)]
        let source = mapping.start.assumingMemoryBound(to: UInt8.self)
        let available = min(Int(buffer.bytesused), mapping.length)
        let chromaStride = Int32(frame.chromaStride)
        switch format.pixelformat {
        case CV4L_format_mjpeg:
            guard
                MJPGToI420(
                    source, available, frame.y, Int32(frame.yStride), frame.u, chromaStride, frame.v, chromaStride,
                    width, height, width, height) == 0
            else { return false }
            CYUV_limit_luma(frame.y, frame.yStride * frame.height)
            CYUV_limit_chroma(frame.u, 2 * frame.chromaStride * ((frame.height + 1) / 2))
            return true
        case CV4L_format_yuyv:
            let stride = max(Int(format.bytesperline), 2 * frame.width)
            // The last line may end without its padding.
            guard available >= stride * (frame.height - 1) + 2 * frame.width else { return false }
            return YUY2ToI420(
                source, Int32(stride), frame.y, Int32(frame.yStride), frame.u, chromaStride, frame.v, chromaStride,
                width, height) == 0
        default:
            let stride = max(Int(format.bytesperline), frame.width)
            let (halfStride, halfHeight) = ((stride + 1) / 2, (frame.height + 1) / 2)
            guard available >= stride * frame.height + 2 * halfStride * halfHeight else { return false }
            let u = source + stride * frame.height
            return I420Copy(
                source, Int32(stride), u, Int32(halfStride), u + halfStride * halfHeight, Int32(halfStride), frame.y,
                Int32(frame.yStride), frame.u, chromaStride, frame.v, chromaStride, width, height) == 0
        }
    }

    /// The driver's own time where it is of our clock and makes sense: it knows when the picture was taken.
    private static func time(of buffer: v4l2_buffer, now: Int64) -> Int64 {
        guard buffer.flags & UInt32(V4L2_BUF_FLAG_TIMESTAMP_MASK) == UInt32(V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC)
        else { return now }
        let time = Int64(buffer.timestamp.tv_sec) * 1_000_000 + Int64(buffer.timestamp.tv_usec)
        return (now - 1_000_000...now).contains(time) ? time : now
    }

    private func error(_ code: Int32) -> VideoSourceError { Self.error(code, missing: missing, busy: busy) }

    private static func error(_ code: Int32, missing: MediaProblem, busy: MediaProblem) -> VideoSourceError {
        switch code {
        case EBUSY: VideoSourceError(problem: busy)
        case ENOENT, ENODEV, ENXIO: VideoSourceError(problem: missing)
        default: VideoSourceError(problem: .failed(String(cString: strerror(code))))
        }
    }
}
