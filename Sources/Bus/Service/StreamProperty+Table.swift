import Conference
import GLibKit
import Media
import RTC

extension StreamProperty {
    static let identity: [StreamProperty] = [
        StreamProperty("Name", read: { .string($0.name) }) { (stream, value) throws(BusFailure) in
            do throws(StreamTextProblem) {
                try stream.rename(to: value.stringValue ?? "")
            } catch { throw BusFailure(error) }
        },
        StreamProperty("Identifier", read: { .string($0.identifier) }) { (stream, value) throws(BusFailure) in
            do {
                try stream.identify(as: value.stringValue ?? "")
            } catch { throw .invalidValue("Identifier must be up to 128 characters that can be shown.") }
        },
        StreamProperty("Address", read: { .string($0.address) }) { (stream, value) throws(BusFailure) in
            let address = try text(value, "Address", limit: 255)
            try address.isEmpty ? note(stream, "") : connect(stream, to: address)
        },
        media("Outgoing", \.outgoing),
        media("Incoming", \.incoming),
        flag("Detection", \.detection),
        number("Timeout", \.timeout, 1...300, unit: " s"),
    ]

    static let state: [StreamProperty] = [
        StreamProperty("State", read: { .string($0.state.word) }),
        StreamProperty("EndReason", read: { .string(endReason($0)?.code ?? "") }),
        StreamProperty("EndMessage", read: { .string(endReason($0)?.sentence ?? "") }),
        StreamProperty("Quality", read: { .string($0.quality?.grade.word ?? "") }),
        StreamProperty("QualityCause", read: { .string($0.quality?.cause?.sentence ?? "") }),
    ]

    static let sources: [StreamProperty] = [
        StreamProperty("Camera", read: { .string($0.camera.description) }) { (stream, value) throws(BusFailure) in
            guard let source = CameraSource(try text(value, "Camera", limit: 255)) else {
                throw .invalidValue(
                    "A test pattern is test-pattern:WIDTHxHEIGHT@RATE, even, 16x16 to 3840x2160, 1 to 60 frames a second."
                )
            }
            stream.camera = source
        },
        StreamProperty("Microphone", read: { .string($0.microphone.description) }) {
            (stream, value) throws(BusFailure) in
            guard let source = MicrophoneSource(try text(value, "Microphone", limit: 255)) else {
                throw .invalidValue("A test tone is test-tone:HERTZ, 20 to 20000.")
            }
            stream.microphone = source
        },
        StreamProperty("Speaker", read: { .string($0.speaker.description) }) { (stream, value) throws(BusFailure) in
            stream.speaker = SpeakerSource(try text(value, "Speaker", limit: 255))
        },
        StreamProperty("Volume", read: { .double($0.volume) }) { (stream, value) throws(BusFailure) in
            guard let volume = value.doubleValue, (0...2).contains(volume) else {
                throw .invalidValue("Volume must be 0 to 2, not \(value.text).")
            }
            stream.volume = volume
        },
    ]

    static let network: [StreamProperty] = [
        StreamProperty("NetworkEmulation", read: { .string($0.emulation.description) }) {
            (stream, value) throws(BusFailure) in
            stream.emulation = try emulation(value)
        }
    ]

    static func emulation(_ value: Variant) throws(BusFailure) -> NetworkEmulation {
        guard let network = NetworkEmulation(value.stringValue ?? "") else {
            throw .invalidValue(
                """
                NetworkEmulation must be off, cut, wifi, wifi-lossy, cellular, satellite, congested, or any of loss=0...100%, \
                burst=1...100, delay=0...5000ms, jitter=0...2000ms, reorder=0...100%, duplicate=0...100%, rate=KBIT/S, \
                direction=both|sent|received.
                """)
        }
        return network
    }

    static let video: [StreamProperty] = [
        StreamProperty("VideoCodec", read: { .string($0.video.codec) }) { (stream, value) throws(BusFailure) in
            guard let codec = value.stringValue, VideoSettings.codecs.contains(codec) else {
                throw .invalidValue("VideoCodec must be vp8 or vp9, not \(shown(value)).")
            }
            stream.video.codec = codec
        },
        number("VideoWidth", \.video.width, VideoSettings.widths, unit: " pixels", step: 2),
        number("VideoHeight", \.video.height, VideoSettings.heights, unit: " pixels", step: 2),
        number("VideoFramesPerSecond", \.video.framesPerSecond, VideoSettings.frameRates),
        StreamProperty("VideoBitrate", read: { .uint32(UInt32(clamping: $0.video.bitrate)) }) {
            (stream, value) throws(BusFailure) in
            // Both at once, so that a running call is told once.
            var video = stream.video
            video.bitrate = try whole(value, "VideoBitrate", VideoSettings.bitrates, unit: " bit/s")
            video.minimumBitrate = min(video.minimumBitrate, video.bitrate)
            stream.video = video
        },
        StreamProperty("VideoMinimumBitrate", read: { .uint32(UInt32(clamping: $0.video.minimumBitrate)) }) {
            (stream, value) throws(BusFailure) in
            let range = VideoSettings.bitrates.lowerBound...stream.video.bitrate
            stream.video.minimumBitrate = try whole(value, "VideoMinimumBitrate", range, unit: " bit/s")
        },
        StreamProperty("VideoContentHint", read: { .string($0.video.contentHint.rawValue) }) {
            (stream, value) throws(BusFailure) in
            guard let hint = value.stringValue.flatMap({ ContentHint(rawValue: $0) }) else {
                throw .invalidValue("VideoContentHint must be balanced, motion or detail, not \(shown(value)).")
            }
            stream.video.contentHint = hint
        },
    ]

    static let audio: [StreamProperty] = [
        number("AudioBitrate", \.audio.bitrate, 6_000...510_000, unit: " bit/s"),
        StreamProperty("AudioFrameDuration", read: { .uint32(UInt32(clamping: $0.audio.frameDuration)) }) {
            (stream, value) throws(BusFailure) in
            guard let duration = value.intValue, [10, 20, 40, 60].contains(duration) else {
                throw .invalidValue("AudioFrameDuration must be 10, 20, 40 or 60 ms, not \(value.text).")
            }
            stream.audio.frameDuration = duration
        },
        flag("AudioForwardErrorCorrection", \.audio.forwardErrorCorrection),
        flag("AudioDiscontinuousTransmission", \.audio.discontinuousTransmission),
        flag("AudioEchoCancellation", \.audio.echoCancellation),
        flag("AudioNoiseSuppression", \.audio.noiseSuppression),
        flag("AudioGainControl", \.audio.gainControl),
        flag("AudioMusicMode", \.audio.musicMode),
    ]

    static let remote: [StreamProperty] = [
        StreamProperty("RemoteIdentifier", read: { .string($0.remoteIdentifier ?? "") }),
        StreamProperty("RemoteAddress", read: { .string($0.remoteAddress ?? "") }),
        StreamProperty("RemoteFingerprint", read: { .string($0.remoteIdentity?.fingerprint ?? "") }),
        StreamProperty("RemoteStanding", read: { .string($0.remoteIdentity?.standing.rawValue ?? "") }),
        StreamProperty("RefusedFingerprint", read: { .string($0.refusedIdentity?.fingerprint ?? "") }),
        StreamProperty("RemoteOutgoing", read: { .strings($0.remoteOutgoing.words) }),
        StreamProperty("StoppedOutgoing", read: { .strings($0.stopped.sent.words) }),
        StreamProperty("StoppedIncoming", read: { .strings($0.stopped.received.words) }),
        StreamProperty("RemoteStopped", read: { .strings($0.remoteStopped.words) }),
        StreamProperty("SuspendedOutgoing", read: { .strings($0.suspended.words) }),
        StreamProperty("RemoteSuspended", read: { .strings($0.remoteSuspended.words) }),
        StreamProperty("OnHold", read: { .bool($0.isOnHold) }),
        StreamProperty("HeldByRemote", read: { .bool($0.isHeldByRemote) }),
        StreamProperty("Problems", read: { .dictionary(problems($0)) }),
        StreamProperty("MicrophoneLevel", isAnnounced: false, read: { .double($0.microphoneLevel) }),
        StreamProperty("SpeakerLevel", isAnnounced: false, read: { .double($0.speakerLevel) }),
    ]

    private static func endReason(_ stream: Stream) -> EndReason? {
        if case .ended(let reason) = stream.state { reason } else { nil }
    }
}

extension StreamProperty {
    /// Notes an address for later; nobody is called.
    static func note(_ stream: Stream, _ address: String) throws(BusFailure) {
        do {
            try stream.note(address: address)
        } catch { throw BusFailure(error) }
    }

    /// Calls an address. Fails when the model refuses it at once.
    static func connect(_ stream: Stream, to text: String) throws(BusFailure) {
        let address = try self.text(.string(text), "Address", limit: 255)
        guard !address.isEmpty else { throw .invalidValue("An address is needed: host, host:port or [v6]:port.") }
        guard !stream.state.isBusy else { throw .busy }
        stream.connect(to: address)
        if case .ended(let reason) = stream.state { throw .failed(reason.sentence) }
    }

    /// Each missing medium with a sentence.
    static func problems(_ stream: Stream) -> [String: Variant] {
        Dictionary(uniqueKeysWithValues: stream.problems.map { ($0.key.rawValue, .string(sentence($0.value))) })
    }

    private static func sentence(_ problem: MediaProblem) -> String {
        switch problem {
        case .noDevice: "There is no device."
        case .deviceNotFound(let name): "\(name) is not connected."
        case .deviceBusy(let name): "Another program uses \(name)."
        case .noSoundServer: "The sound server cannot be reached."
        case .heldBack(let name): "The headset is gone: the sound is silent rather than on \(name)."
        case .failed(let reason): reason
        }
    }
}
