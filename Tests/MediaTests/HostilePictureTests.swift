import Glibc
import Testing

@testable import Media

/// VP8 as no encoder makes it: what a far side may send to our decoder.
@Suite("Pictures of a hostile far side") struct HostilePictureTests {
    private func keyFrame(width: Int, height: Int) throws -> [UInt8] {
        let pattern = try #require(TestPattern(width: width, height: height))
        let encoder = try VP8Encoder(width: width, height: height, framesPerSecond: 30, bitrate: 500_000)
        let picture = try #require(pattern.next(at: 1))
        let encoded = try #require(encoder.encode(picture, forceKeyFrame: true))
        return encoded.bytes
    }

    /// The same key frame with another size in its header (RFC 6386 §9.1).
    private func claiming(_ width: Int, _ height: Int, _ frame: [UInt8]) -> [UInt8] {
        var frame = frame
        for (offset, side) in [(6, width), (8, height)] {
            frame[offset] = UInt8(side & 0xFF)
            frame[offset + 1] = UInt8(side >> 8 & 0x3F)
        }
        return frame
    }

    /// Of this process, bytes.
    private func residentMemory() throws -> Int {
        let file = try #require(fopen("/proc/self/statm", "r"))
        defer { fclose(file) }
        var buffer = [CChar](repeating: 0, count: 256)
        try #require(fgets(&buffer, 256, file) != nil)
        let fields = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(
            separator: " ")
        return (Int(fields[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    @Test("a size that changes with every picture is followed, and memory stays bounded")
    func changingSizes() throws {
        let decoder = try PictureDecoder(codec: "vp8")
        let sizes = [(160, 120), (1280, 720), (16, 16), (640, 360), (322, 242)]
        let frames = try sizes.map { try keyFrame(width: $0.0, height: $0.1) }
        for frame in frames { _ = try decoder.decode(frame) }
        let before = try residentMemory()
        for round in 0..<200 {
            let (size, frame) = (sizes[round % 5], frames[round % 5])
            let picture = try decoder.decode(frame)
            #expect(picture?.width == size.0 && picture?.height == size.1)
        }
        #expect(try residentMemory() - before < 64 << 20)
    }

    @Test("absurd sizes are refused before there is memory for them, and the next true picture is shown")
    func absurdSizes() throws {
        let decoder = try PictureDecoder(codec: "vp8")
        let frame = try keyFrame(width: 320, height: 240)
        _ = try decoder.decode(frame)
        let before = try residentMemory()
        for (width, height) in [(16_383, 16_383), (16_383, 16), (16, 16_383), (4097, 16), (16_383, 1), (8192, 8192)] {
            #expect(throws: CodecError.self) { try decoder.decode(claiming(width, height, frame)) }
        }
        // Nothing at all is no size, either.
        for (width, height) in [(0, 0), (0, 240), (320, 0)] {
            _ = try? decoder.decode(claiming(width, height, frame))
        }
        #expect(try residentMemory() - before < 32 << 20)
        #expect(try decoder.decode(frame)?.width == 320)
    }

    @Test("cut and damaged pictures never trap, and the next key frame heals the decoder")
    func damaged() throws {
        let decoder = try PictureDecoder(codec: "vp8")
        let pattern = try #require(TestPattern(width: 320, height: 240))
        let encoder = try VP8Encoder(width: 320, height: 240, framesPerSecond: 30, bitrate: 500_000)
        var frames: [[UInt8]] = []
        for index in 0..<10 {
            guard let picture = pattern.next(at: Int64(1 + index * 33_333)),
                let encoded = encoder.encode(picture, forceKeyFrame: index == 0)
            else { continue }
            frames.append(encoded.bytes)
        }
        let key = try #require(frames.first)
        for length in Array(0..<64) + Array(stride(from: 64, to: key.count, by: 97)) {
            _ = try? decoder.decode(Array(key.prefix(length)))
        }
        var random = SystemRandomNumberGenerator()
        for _ in 0..<1500 {
            guard var frame = frames.randomElement(using: &random) else { break }
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                // The first bytes say what the rest is.
                let limit = Bool.random(using: &random) ? min(frame.count, 24) : frame.count
                frame[Int.random(in: 0..<limit, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            _ = try? decoder.decode(frame)
        }
        #expect(try decoder.decode(key)?.width == 320)
    }
}
