import Testing
import Wire

@Suite("VP8 and Opus payloads")
struct VP8PayloadTests {
    @Test("every combination of descriptor fields survives writing and reading")
    func combinations() throws {
        for bits in 0..<256 {
            var descriptor = VP8Descriptor()
            descriptor.isNonReference = bits & 1 != 0
            descriptor.startsPartition = bits & 2 != 0
            descriptor.partitionIndex = UInt8(bits & 7)
            if bits & 4 != 0 {
                descriptor.pictureID = bits & 8 != 0 ? 0x7ABC : 0x35
                descriptor.hasLongPictureID = bits & 8 != 0
            }
            if bits & 16 != 0 { descriptor.temporalLevelZeroIndex = 200 }
            if bits & 32 != 0 {
                descriptor.temporalLayer = 2
                descriptor.isLayerSync = bits & 64 != 0
            }
            if bits & 128 != 0 { descriptor.keyIndex = 31 }
            var bytes: [UInt8] = []
            descriptor.write(to: &bytes)
            bytes.append(0xAA)
            let payload = try VP8Payload(parsing: bytes[...])
            #expect(payload.descriptor == descriptor)
            #expect(Array(payload.data) == [0xAA])
            for cut in 0..<bytes.count {
                #expect(throws: WireError.self) { try VP8Payload(parsing: bytes[..<cut]) }
            }
        }
    }

    @Test("a frame is split into equal parts that fit, with one PictureID, and comes back whole")
    func split() throws {
        var packetizer = VP8Packetizer(firstPictureID: 0x7FFF)
        let frame = (0..<5003).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let payloads = packetizer.packetize(frame, maximumByteCount: 1150)
        #expect(payloads.count == 5)
        let sizes = payloads.map(\.count)
        #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
        var joined: [UInt8] = []
        for (index, bytes) in payloads.enumerated() {
            #expect(bytes.count <= 1150)
            let payload = try VP8Payload(parsing: bytes[...])
            #expect(payload.descriptor.pictureID == 0x7FFF)
            #expect(payload.descriptor.hasLongPictureID)
            #expect(payload.descriptor.startsFrame == (index == 0))
            joined += payload.data
        }
        #expect(joined == frame)
        #expect(packetizer.nextPictureID == 0)
        #expect(packetizer.packetize([], maximumByteCount: 1000).isEmpty)
        #expect(packetizer.packetize([1, 2], maximumByteCount: 0).count == 2)
    }

    @Test("layers are told with every frame, and leaving out upper ones leaves no gap") func layers() throws {
        var packetizer = VP8Packetizer(firstPictureID: 7)
        var seen: [VP8Descriptor] = []
        // A key frame, then base and upper layer in turn; then one layer alone; then another key frame.
        let frames: [(first: UInt8, layer: UInt8)] = [(0, 0), (1, 1), (1, 0), (1, 2), (1, 0), (1, 0), (0, 0)]
        for frame in frames {
            for bytes in packetizer.packetize(
                [frame.first] + [UInt8](repeating: 9, count: 99), temporalLayer: frame.layer, maximumByteCount: 60)
            {
                #expect(bytes.count <= 60)
                seen.append(try VP8Payload(parsing: bytes[...]).descriptor)
            }
        }
        let starts = seen.filter(\.startsFrame)
        #expect(starts.map(\.pictureID) == (7...13).map { UInt16($0) })
        #expect(starts.map(\.temporalLevelZeroIndex) == [1, 1, 2, 2, 3, 4, 5])
        #expect(starts.map(\.temporalLayer) == [0, 1, 0, 2, 0, 0, 0])
        #expect(starts.map(\.isLayerSync) == [false, true, false, true, false, false, false])
        #expect(starts.map(\.isNonReference) == [false, true, false, true, false, false, false])
        #expect(starts.map(\.keyIndex) == [1, 1, 1, 1, 1, 1, 2])
        #expect(seen.count == 2 * starts.count)
    }

    @Test("a key frame is known by its first packet, with its size")
    func keyFrame() throws {
        let start: [UInt8] = [0x90, 0x80, 0x80, 0x01, 0x50, 0x42, 0x00, 0x9D, 0x01, 0x2A, 0x80, 0x02, 0xE0, 0x41]
        let payload = try VP8Payload(parsing: start[...])
        #expect(payload.startsKeyFrame)
        #expect(payload.keyFrameSize?.width == 640 && payload.keyFrameSize?.height == 480)
        var delta = start
        delta[4] = 0x51
        #expect(try !VP8Payload(parsing: delta[...]).startsKeyFrame)
        var middle = start
        middle[0] = 0x80
        #expect(try !VP8Payload(parsing: middle[...]).startsKeyFrame)
    }

    @Test(
        "Opus packets tell their duration",
        arguments: [
            ([0x78, 1, 2], 960), ([0x08, 1, 2], 960), ([0x18, 1, 2], 2880), ([0x79, 1, 2], 1920),
            ([0x7B, 0x03, 1], 2880),
            ([0xE0, 1], 120), ([0x00, 1], 480), ([0x68, 1], 960),
        ] as [([UInt8], Int)])
    func opusDuration(bytes: [UInt8], samples: Int) throws {
        #expect(try OpusPayload(parsing: bytes[...]).sampleCount == samples)
        #expect(try bytes.withUnsafeBytes { try OpusPayload(parsing: $0).sampleCount } == samples)
    }

    @Test("impossible Opus packets are refused, tiny ones are discontinuous transmission")
    func opusLimits() throws {
        #expect(throws: WireError.truncated) { try OpusPayload(parsing: []) }
        #expect(throws: WireError.truncated) { try OpusPayload(parsing: [0x7B]) }
        #expect(throws: WireError.self) { try OpusPayload(parsing: [0x7B, 0x00]) }
        #expect(throws: WireError.self) { try OpusPayload(parsing: [0x1B, 0x03]) }
        #expect(try OpusPayload(parsing: [0x0B, 0x01]).isDiscontinuous)
    }

    @Test(
        "the flag of in-band error correction is found behind every kind of header",
        arguments: [
            // 10 and 20 ms: one activity bit before it; 40 ms: two; 60 ms: three.
            ([0x00, 0x40, 2], true), ([0x08, 0xC0, 2], true), ([0x08, 0x80, 2], false), ([0x10, 0x20, 2], true),
            ([0x10, 0xC0, 2], false), ([0x18, 0x10, 2], true), ([0x18, 0xE0, 2], false),
            // Hybrid has it, CELT not; in stereo the side has its own.
            ([0x78, 0x40, 2], true), ([0xF8, 0xFF, 2], false), ([0x0C, 0x10, 2], true), ([0x0C, 0x80, 2], false),
            // Two frames of equal length, of two lengths, and none in the first.
            ([0x09, 0x40, 1, 2, 3], true), ([0x0A, 1, 0x40, 2], true), ([0x0A, 0, 0x40, 2], false),
            ([0x0A, 252, 1, 0x40], true),
            // A count, with padding, and with lengths.
            ([0x0B, 0x02, 0x40, 2], true), ([0x0B, 0x42, 1, 0x40, 2, 0], true), ([0x0B, 0x42, 255, 1, 0x40], true),
            ([0x0B, 0x83, 1, 1, 0x40, 2, 3], true), ([0x0B, 0x83, 1, 1, 0, 2, 3], false),
            // Cut.
            ([0x08], false), ([0x0A, 252], false), ([0x0B, 0x42, 255, 255], false), ([0x0B, 0xBF, 1], false),
        ] as [([UInt8], Bool)])
    func opusErrorCorrection(bytes: [UInt8], isThere: Bool) throws {
        #expect((try? OpusPayload(parsing: bytes[...]))?.carriesForwardErrorCorrection ?? false == isThere)
        let raw = bytes.withUnsafeBytes { try? OpusPayload(parsing: $0) }
        #expect(raw?.carriesForwardErrorCorrection ?? false == isThere)
    }
}
