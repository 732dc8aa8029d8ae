/// How a stream's picture is sent.
package struct VideoSettings: Hashable, Sendable {
    /// Lower-case RTP encoding name; `vp8`.
    package var codec: String
    /// Pixels, even, 16...3840.
    package var width: Int
    /// Pixels, even, 16...2160.
    package var height: Int
    /// 1...60.
    package var framesPerSecond: Int
    /// Bit/s, 30_000...20_000_000.
    package var bitrate: Int

    package init(
        codec: String = "vp8", width: Int = 640, height: Int = 480, framesPerSecond: Int = 30, bitrate: Int = 800_000
    ) {
        self.codec = codec
        self.width = width
        self.height = height
        self.framesPerSecond = framesPerSecond
        self.bitrate = bitrate
    }
}

/// How a stream's sound is sent.
package struct AudioSettings: Hashable, Sendable {
    /// Bit/s, 6_000...510_000.
    package var bitrate: Int
    /// Milliseconds: 10, 20, 40 or 60.
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
    /// Anything else, in the system's words.
    case failed(String)
}
