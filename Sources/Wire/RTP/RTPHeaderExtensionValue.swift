/// RFC 6464: how loud a packet of sound is.
package struct AudioLevel: Hashable, Sendable {
    /// -dBov: 0 is the loudest, 127 silence.
    package var level: UInt8
    package var voiceActivity: Bool

    package init(level: UInt8, voiceActivity: Bool) {
        self.level = min(level, 127)
        self.voiceActivity = voiceActivity
    }

    package init?(parsing data: ArraySlice<UInt8>) {
        guard let byte = data.first else { return nil }
        level = byte & 0x7F
        voiceActivity = byte & 0x80 != 0
    }
}

/// 3GPP TS 26.114 §7.4.5, coordination of video orientation: how the receiver must turn the picture.
package struct VideoOrientation: Hashable, Sendable {
    /// Clockwise rotation to apply before showing, in degrees: 0, 90, 180 or 270.
    package var rotation: Int
    /// The picture must be mirrored horizontally.
    package var isFlipped: Bool

    package init(rotation: Int, isFlipped: Bool = false) {
        self.rotation = rotation
        self.isFlipped = isFlipped
    }

    package init?(parsing data: ArraySlice<UInt8>) {
        guard let byte = data.first else { return nil }
        rotation = Int(byte & 3) * 90
        isFlipped = byte & 4 != 0
    }
}

/// The playout-delay extension: the range that the sender asks of the receiver's playout delay.
package struct PlayoutDelayLimits: Hashable, Sendable {
    /// Milliseconds, 0...40950, in steps of ten.
    package var minimum: Int
    package var maximum: Int

    package init?(parsing data: ArraySlice<UInt8>) {
        var reader = ByteReader(data)
        guard let value = try? reader.readUInt24() else { return nil }
        minimum = Int(value >> 12) * 10
        maximum = Int(value & 0xFFF) * 10
        guard minimum <= maximum else { return nil }
    }
}

/// What one header extension element of an outgoing packet says.
package enum RTPHeaderExtensionValue: Hashable, Sendable {
    /// SDES items mid, rtp-stream-id and repaired-rtp-stream-id: the text's bytes, 1...255 of them.
    case text([UInt8])
    case audioLevel(AudioLevel)
    /// Sequence number over all packets of the transport (draft-holmer-rmcat-transport-wide-cc-extensions-01).
    case transportSequence(UInt16)
    /// Seconds as 6.18 fixed point, 24 bits.
    case absoluteSendTime(UInt32)
    case videoOrientation(VideoOrientation)

    /// Bytes of data, without the element's own header.
    package var byteCount: Int {
        switch self {
        case .text(let bytes): bytes.count
        case .audioLevel, .videoOrientation: 1
        case .transportSequence: 2
        case .absoluteSendTime: 3
        }
    }

    /// Appends the data.
    package func write(to bytes: inout [UInt8]) {
        switch self {
        case .text(let text): bytes.append(contentsOf: text)
        case .audioLevel(let level): bytes.write((level.voiceActivity ? 0x80 : 0) | level.level)
        case .transportSequence(let number): bytes.write(number)
        case .absoluteSendTime(let time): bytes.writeUInt24(time)
        case .videoOrientation(let orientation):
            bytes.write(UInt8(orientation.rotation / 90 & 3) | (orientation.isFlipped ? 4 : 0))
        }
    }
}
