import Testing
import Wire

@Suite("VP9 payloads")
struct VP9PayloadTests {
    /// The start of a key frame of profile 0 with 320x240 pixels.
    private static let keyFrameStart: [UInt8] = [0x82, 0x49, 0x83, 0x42, 0x00, 0x13, 0xF0, 0x0E, 0xF0, 0x55]

    @Test("every combination of descriptor fields survives writing and reading, and none can be cut")
    func combinations() throws {
        for bits in 0..<512 {
            var descriptor = VP9Descriptor()
            if bits & 1 != 0 {
                descriptor.pictureID = bits & 2 != 0 ? 0x7ABC : 0x35
                descriptor.hasLongPictureID = bits & 2 != 0
            }
            descriptor.isInterPredicted = bits & 4 != 0
            descriptor.isFlexible = bits & 8 != 0 && (bits & 4 == 0 || bits & 1 != 0)
            descriptor.startsLayerFrame = bits & 16 != 0
            descriptor.endsLayerFrame = bits & 32 != 0
            descriptor.isNotReferencedAbove = bits & 64 != 0
            if bits & 128 != 0 {
                var layer = VP9Descriptor.Layer(temporal: 2)
                layer.spatial = 5
                layer.isSwitchingUpPoint = bits & 1 != 0
                layer.dependsOnLowerLayer = bits & 4 != 0
                descriptor.layer = layer
                if !descriptor.isFlexible { descriptor.temporalLevelZeroIndex = 200 }
            }
            if descriptor.isFlexible, descriptor.isInterPredicted { descriptor.referenceDistances = [1, 4, 127] }
            if bits & 256 != 0 { descriptor.structure = VP9ScalabilityStructure(size: .init(width: 640, height: 360)) }
            var bytes: [UInt8] = []
            descriptor.write(to: &bytes)
            bytes.append(0xAA)
            let payload = try VP9Payload(parsing: bytes[...])
            #expect(payload.descriptor == descriptor)
            #expect(Array(payload.data) == [0xAA])
            for cut in 0..<bytes.count {
                #expect(throws: WireError.self) { try VP9Payload(parsing: bytes[..<cut]) }
            }
        }
    }

    // RFC 9628 §4.2: the layout bit by bit.
    @Test("descriptors of both modes as the RFC lays them out")
    func layout() throws {
        // I P L B: 15-bit picture ID 0x1234, TID 2, U, SID 1, D, TL0PICIDX 9.
        let plain = try VP9Payload(parsing: [0xE8, 0x92, 0x34, 0x53, 0x09, 0x86][...]).descriptor
        #expect(plain.pictureID == 0x1234 && plain.isInterPredicted && plain.startsLayerFrame && !plain.endsLayerFrame)
        #expect(plain.layer?.temporal == 2 && plain.layer?.isSwitchingUpPoint == true)
        #expect(plain.layer?.spatial == 1 && plain.layer?.dependsOnLowerLayer == true)
        #expect(plain.temporalLevelZeroIndex == 9 && !plain.startsPicture)
        // I P L F E: 7-bit picture ID 5, TID 1, no TL0PICIDX, references 1 and 3 pictures back.
        let flexible = try VP9Payload(parsing: [0xF4, 0x05, 0x20, 0x03, 0x06, 0x86][...]).descriptor
        #expect(flexible.pictureID == 5 && !flexible.hasLongPictureID && flexible.endsLayerFrame)
        #expect(flexible.layer?.temporal == 1 && flexible.temporalLevelZeroIndex == nil)
        #expect(flexible.referenceDistances == [1, 3])
        // B V: two spatial layers with sizes, and two pictures of a pattern.
        let structured = try VP9Payload(
            parsing: [
                0x0A, 0x38, 0x01, 0x40, 0x00, 0xB4, 0x02, 0x80, 0x01, 0x68, 0x02, 0x14, 0x01, 0x38, 0x01, 0x02, 0x82,
            ][...]
        ).descriptor
        #expect(structured.structure?.spatialLayerCount == 2)
        #expect(structured.structure?.sizes.map(\.width) == [320, 640])
        #expect(structured.structure?.sizes.map(\.height) == [180, 360])
        #expect(
            structured.structure?.pattern == [
                .init(temporalLayer: 0, isSwitchingUpPoint: true, referenceDistances: [1]),
                .init(temporalLayer: 1, isSwitchingUpPoint: true, referenceDistances: [1, 2]),
            ])
    }

    @Test(
        "what no sender may write is refused",
        arguments: [
            // A fourth reference; a reference to the picture itself; references from a picture without a number.
            [0xD8, 0x05, 0x03, 0x05, 0x07, 0x08, 0x86], [0xD8, 0x05, 0x00, 0x86], [0x58, 0x02, 0x86],
            // 255 pictures promised and not there; nothing but a descriptor.
            [0x0A, 0x08, 0xFF, 0x0C, 0x01], [0x88, 0x05],
        ] as [[UInt8]])
    func refused(bytes: [UInt8]) {
        #expect(throws: WireError.self) { try VP9Payload(parsing: bytes[...]) }
    }

    @Test(
        "a frame is split into equal parts that fit, with one picture ID, and comes back whole",
        arguments: [true, false])
    func split(isKeyFrame: Bool) throws {
        for byteCount in [10, 1140, 1146, 1147, 1155, 5003] {
            var packetizer = VP9Packetizer(firstPictureID: 0x7FFF)
            let start = isKeyFrame ? Self.keyFrameStart : [0x86]
            let frame = start + (start.count..<byteCount).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            let payloads = packetizer.packetize(frame, isKeyFrame: isKeyFrame, maximumByteCount: 1150)
            let sizes = payloads.map(\.count)
            #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
            #expect((sizes.max() ?? 0) <= 1150)
            var joined: [UInt8] = []
            for (index, bytes) in payloads.enumerated() {
                let payload = try VP9Payload(parsing: bytes[...])
                let descriptor = payload.descriptor
                #expect(descriptor.pictureID == 0x7FFF && descriptor.isFlexible)
                #expect(descriptor.startsPicture == (index == 0))
                #expect(descriptor.endsLayerFrame == (index == payloads.count - 1))
                #expect(descriptor.isInterPredicted == !isKeyFrame)
                #expect(payload.startsKeyFrame == (isKeyFrame && index == 0))
                let size = descriptor.structure?.sizes.first
                #expect(size == (isKeyFrame && index == 0 ? .init(width: 320, height: 240) : nil))
                joined += payload.data
            }
            #expect(joined == frame)
            #expect(packetizer.nextPictureID == 0)
        }
        var packetizer = VP9Packetizer(firstPictureID: 1)
        #expect(packetizer.packetize([], isKeyFrame: true, maximumByteCount: 1000).isEmpty)
        #expect(packetizer.packetize([1, 2], isKeyFrame: false, maximumByteCount: 0).count == 2)
    }

    @Test("a frame names the last one of the base layer, however many of upper layers were sent or left out meanwhile")
    func layers() throws {
        var packetizer = VP9Packetizer(firstPictureID: 0x7FFE)
        let layers: [UInt8] = [0, 2, 1, 2, 0, 1, 0, 0]
        var found: [[UInt8]] = []
        for (index, layer) in layers.enumerated() {
            let frame = index == 0 ? Self.keyFrameStart : [0x86, 1, 2]
            let parts = packetizer.packetize(
                frame, isKeyFrame: index == 0, temporalLayer: layer, maximumByteCount: 1000)
            let descriptor = try VP9Payload(parsing: try #require(parts.first)[...]).descriptor
            #expect(descriptor.layer?.temporal == layer && descriptor.layer?.isSwitchingUpPoint == true)
            #expect(descriptor.temporalLevelZeroIndex == nil && descriptor.structure?.pattern == nil)
            found.append(descriptor.referenceDistances)
        }
        #expect(found == [[], [1], [2], [3], [4], [1], [2], [1]])
    }

    @Test("a key frame needs the descriptor's word and the frame's own")
    func keyFrame() throws {
        func isKey(_ descriptor: UInt8, _ frame: UInt8) throws -> Bool {
            try VP9Payload(parsing: [descriptor, frame, 0, 0][...]).startsKeyFrame
        }
        #expect(try isKey(0x08, 0x82))
        // Inter-predicted; not the start; an inter frame; one that only repeats; profile 3, key and not; no VP9 at all.
        #expect(try !isKey(0x48, 0x82))
        #expect(try !isKey(0x00, 0x82))
        #expect(try !isKey(0x08, 0x86))
        #expect(try !isKey(0x08, 0x88))
        #expect(try isKey(0x08, 0xB0))
        #expect(try !isKey(0x08, 0xB2))
        #expect(try !isKey(0x08, 0x10))
    }
}
