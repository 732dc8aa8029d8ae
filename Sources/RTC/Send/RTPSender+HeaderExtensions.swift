import Wire

/// What stands between a packet's fixed header and its payload (RFC 8285).
extension RTPSender {
    struct HeaderExtensionContents {
        var mid: Bool
        var transportSequence: UInt16
        var audioLevel: AudioLevel?
        var sendTime: Instant

        static let full = HeaderExtensionContents(
            mid: true, transportSequence: 0, audioLevel: AudioLevel(level: 0, voiceActivity: false), sendTime: .zero)
    }

    func headerExtensions(_ contents: HeaderExtensionContents) -> [RTPHeaderExtension] {
        var elements: [RTPHeaderExtension] = []
        elements.reserveCapacity(4)
        if let id = extensions.transportWideCC {
            elements.append(RTPHeaderExtension(id: id, value: .transportSequence(contents.transportSequence)))
        }
        if let id = extensions.absoluteSendTime {
            // 6.18 fixed point of seconds: microseconds x 2^18 / 10^6, of which 24 bits are kept.
            let microseconds = UInt64(bitPattern: contents.sendTime.microseconds) % 64_000_000
            elements.append(
                RTPHeaderExtension(id: id, value: .absoluteSendTime(UInt32((microseconds << 18) / 1_000_000))))
        }
        if let id = extensions.audioLevel, kind == .audio, let level = contents.audioLevel {
            elements.append(RTPHeaderExtension(id: id, value: .audioLevel(level)))
        }
        if contents.mid, let id = extensions.mid {
            elements.append(RTPHeaderExtension(id: id, value: .text(midBytes)))
        }
        return elements
    }
}
