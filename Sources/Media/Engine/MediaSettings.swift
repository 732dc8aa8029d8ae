/// How a stream's picture is sent.
package struct VideoSettings: Hashable, Sendable {
    /// Lower-case RTP encoding name: one of `codecs`.
    package var codec: String
    /// Pixels, even, 16...3840.
    package var width: Int
    /// Pixels, even, 16...2160.
    package var height: Int
    /// 1...60.
    package var framesPerSecond: Int
    /// The ceiling, bit/s, 30_000...20_000_000.
    package var bitrate: Int
    /// The floor, bit/s, 30_000...`bitrate`: what is sent on a network that loses packets.
    package var minimumBitrate: Int
    /// What gives way when the bitrate does not suffice.
    package var contentHint: ContentHint

    package init(
        codec: String = "vp8", width: Int = 640, height: Int = 480, framesPerSecond: Int = 30, bitrate: Int = 800_000,
        minimumBitrate: Int = 30_000, contentHint: ContentHint = .balanced
    ) {
        self.codec = codec
        self.width = width
        self.height = height
        self.framesPerSecond = framesPerSecond
        self.bitrate = bitrate
        self.minimumBitrate = min(minimumBitrate, bitrate)
        self.contentHint = contentHint
    }

    package static let codecs = ["vp8", "vp9"]
    package static let bitrates = 30_000...20_000_000
    package static let widths = 16...3840
    package static let heights = 16...2160
    package static let frameRates = 1...60
}

/// What a picture should keep when it must give way (W3C mst-content-hint; its `RTCDegradationPreference`).
package enum ContentHint: String, Hashable, Sendable, CaseIterable, Codable {
    /// A little of both: a smaller picture first, then fewer frames.
    case balanced
    /// People: every frame comes, less sharp when it must be.
    case motion
    /// Text and drawings: sharp, with fewer frames when it must be.
    case detail
}

/// How a stream's sound is sent.
package struct AudioSettings: Hashable, Sendable {
    /// Bit/s, 6_000...510_000.
    package var bitrate: Int
    /// Milliseconds: 10, 20, 40 or 60. Of 20, the usual ones, 10 are made where a path has room for more packets.
    package var frameDuration: Int
    /// Opus in-band forward error correction.
    package var forwardErrorCorrection: Bool
    /// Opus discontinuous transmission.
    package var discontinuousTransmission: Bool
    package var echoCancellation: Bool
    package var noiseSuppression: Bool
    package var gainControl: Bool
    /// For music: Opus in its general audio mode and no speech processing.
    package var musicMode: Bool

    package init(
        bitrate: Int = 32_000, frameDuration: Int = 20, forwardErrorCorrection: Bool = true,
        discontinuousTransmission: Bool = false, echoCancellation: Bool = true, noiseSuppression: Bool = true,
        gainControl: Bool = true, musicMode: Bool = false
    ) {
        self.bitrate = bitrate
        self.frameDuration = frameDuration
        self.forwardErrorCorrection = forwardErrorCorrection
        self.discontinuousTransmission = discontinuousTransmission
        self.echoCancellation = echoCancellation
        self.noiseSuppression = noiseSuppression
        self.gainControl = gainControl
        self.musicMode = musicMode
    }

    package static let bitrates = 6_000...510_000
    package static let frameDurations = [10, 20, 40, 60]
}

/// Why a medium is not there although it was asked for. A call goes on without it.
package enum MediaProblem: Hashable, Sendable {
    /// No camera, microphone or speaker at all.
    case noDevice
    /// The named device is not there (unplugged, or never was).
    case deviceNotFound(String)
    /// Another program holds it.
    case deviceBusy(String)
    /// The sound server cannot be reached.
    case noSoundServer
    /// The headset is gone: the sound does not go on aloud on this loudspeaker unless the user chooses it.
    case heldBack(String)
    /// Anything else, in the system's words.
    case failed(String)
}
