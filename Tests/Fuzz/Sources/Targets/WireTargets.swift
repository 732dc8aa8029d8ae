import Wire

/// Parsers of the module Wire. What one of them has read, it must be able to write, and to read again.
enum WireTargets {
    static func stun(_ bytes: [UInt8]) {
        _ = DatagramKind(bytes)
        _ = STUNMessage.isSTUN(bytes)
        guard let received = try? ReceivedSTUNMessage(parsing: bytes) else { return }
        _ = received.isAuthentic(key: [1, 2, 3])
        _ = received.isAuthentic(key: [], integrity: .sha256)
        _ = received.message.unknownRequiredTypes
        let again = try? ReceivedSTUNMessage(parsing: received.message.serialized(integrityKey: [1, 2, 3]))
        precondition(again?.isAuthentic(key: [1, 2, 3]) == true)
    }

    /// The first byte says how the stream is cut.
    static func turnStream(_ bytes: [UInt8]) {
        let step = Int(bytes.first ?? 0) + 1
        var stream = STUNStreamReassembler()
        var rest = bytes.dropFirst()
        while !rest.isEmpty {
            stream.append(rest.prefix(step))
            rest = rest.dropFirst(step)
            while let message = try? stream.next() {
                precondition(message.count <= STUNStreamReassembler.maximumMessageByteCount)
                if let data = try? ChannelData(parsing: message) {
                    precondition((try? ChannelData(parsing: data.serialized(padded: true))) == data)
                }
                _ = try? ReceivedSTUNMessage(parsing: message)
            }
        }
    }

    static func rtp(_ bytes: [UInt8]) {
        guard let packet = try? RTPPacket(parsing: bytes) else { return }
        precondition(packet.payload.count <= bytes.count)
        for id in UInt8.min...UInt8.max {
            guard let data = packet.extensions[id] else { continue }
            precondition(data.count <= 255)
            _ = AudioLevel(parsing: data)
            _ = VideoOrientation(parsing: data)
        }
        if let original = packet.restoringOriginal(ssrc: 1, payloadType: 96) {
            precondition(original.payload.count == packet.payload.count - 2)
        }
        _ = try? VP8Payload(parsing: packet.payload)
        _ = try? VP9Payload(parsing: packet.payload)
    }

    static func rtcp(_ bytes: [UInt8]) {
        guard let packets = try? RTCPPacket.parse(bytes) else { return }
        precondition(packets.count <= bytes.count / 4)
    }

    static func sdp(_ bytes: [UInt8]) {
        guard let description = try? SessionDescription(parsing: String(decoding: bytes, as: UTF8.self)) else { return }
        for media in description.media.prefix(8) {
            _ = media.codecs
            _ = media.headerExtensions
            precondition(media.sources.count <= 64)
            _ = media.retransmissionGroups
        }
        let text = description.text
        guard text.utf8.count <= SessionDescription.byteCap else { return }
        let again = try? SessionDescription(parsing: text)
        precondition(again?.media.count == description.media.count)
    }

    static func candidate(_ bytes: [UInt8]) {
        guard let candidate = try? ICECandidate(parsing: String(decoding: bytes, as: UTF8.self)) else { return }
        precondition(candidate.priority > 0)
        precondition((try? ICECandidate(parsing: candidate.attributeValue)) == candidate)
    }

    static func dns(_ bytes: [UInt8]) {
        _ = try? MulticastDNSResponse(parsing: bytes)
        guard let message = try? DNSMessage(parsing: bytes) else { return }
        precondition(message.answers.count + message.authorities.count + message.additionals.count <= 128)
        let written = message.serialized()
        // Written without compression, a message may be longer than one is allowed to be.
        guard written.count <= MulticastDNSResponse.maximumByteCount else { return }
        precondition((try? DNSMessage(parsing: written))?.serialized() == written)
    }

    static func dcep(_ bytes: [UInt8]) {
        guard let message = try? DCEPMessage(parsing: bytes) else { return }
        _ = try? DCEPMessage(parsing: message.bytes)
    }

    static func vp8(_ bytes: [UInt8]) {
        guard let payload = try? VP8Payload(parsing: bytes[...]) else { return }
        precondition(payload.data.count < bytes.count)
        _ = payload.startsKeyFrame
        _ = payload.keyFrameSize
        var written: [UInt8] = []
        payload.descriptor.write(to: &written)
        var reader = ByteReader(written)
        precondition((try? VP8Descriptor(parsing: &reader))?.pictureID == payload.descriptor.pictureID)
    }

    static func vp9(_ bytes: [UInt8]) {
        guard let payload = try? VP9Payload(parsing: bytes[...]) else { return }
        precondition(payload.data.count < bytes.count)
        precondition(payload.descriptor.referenceDistances.count <= 3)
        precondition(payload.descriptor.structure?.pattern?.count ?? 0 <= 255)
        var written: [UInt8] = []
        payload.descriptor.write(to: &written)
        var reader = ByteReader(written)
        precondition((try? VP9Descriptor(parsing: &reader)) == payload.descriptor && reader.isAtEnd)
        var packetizer = VP9Packetizer(firstPictureID: 1)
        let parts = packetizer.packetize(bytes, isKeyFrame: payload.startsKeyFrame, maximumByteCount: 64)
        let joined = parts.flatMap { part in (try? VP9Payload(parsing: part[...])).map { Array($0.data) } ?? [] }
        precondition(joined == bytes && parts.allSatisfy { $0.count <= 64 })
    }

    static func ulpfec(_ bytes: [UInt8]) {
        guard let packet = try? ULPFECPacket(parsing: bytes[...]) else { return }
        precondition(!packet.offsets.isEmpty && packet.offsets.allSatisfy { $0 < ULPFECPacket.maximumSpan })
        precondition((try? ULPFECPacket(parsing: packet.bytes[...])) == packet)
        guard let restored = packet.string.packet(sequenceNumber: packet.base, ssrc: 1) else { return }
        precondition(restored.count <= bytes.count + RTPPacket.headerByteCount)
        guard let parsed = try? RTPPacket(parsing: restored), parsed.paddingCount == 0 else { return }
        _ = parsed.protectionString(changing: [2, 3])
    }

    static func opus(_ bytes: [UInt8]) {
        _ = try? OpusPayload(parsing: bytes[...])
    }
}
