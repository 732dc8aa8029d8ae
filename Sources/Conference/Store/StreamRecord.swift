import Media

/// A stream's description as it is saved. What is missing or out of range gets its default.
struct StreamRecord: Codable, Hashable, Sendable {
    struct Video: Codable, Hashable, Sendable {
        var codec: String?
        var width: Int?
        var height: Int?
        var framesPerSecond: Int?
        var bitrate: Int?
    }

    struct Audio: Codable, Hashable, Sendable {
        var bitrate: Int?
        var frameDuration: Int?
        var forwardErrorCorrection: Bool?
        var discontinuousTransmission: Bool?
        var echoCancellation: Bool?
        var noiseSuppression: Bool?
        var gainControl: Bool?
        var musicMode: Bool?
    }

    var name: String
    var identifier: String?
    var address: String?
    var outgoing: String?
    var incoming: String?
    var detection: Bool?
    var timeout: Int?
    var camera: String?
    var microphone: String?
    var speaker: String?
    var volume: Double?
    var video: Video?
    var audio: Audio?
}

extension StreamRecord {
    @MainActor init(_ stream: Stream) {
        name = stream.name
        identifier = stream.identifier
        address = stream.address
        outgoing = stream.outgoing.description
        incoming = stream.incoming.description
        detection = stream.detection
        timeout = stream.timeout
        camera = stream.camera.description
        microphone = stream.microphone.description
        speaker = stream.speaker.description
        volume = stream.volume
        video = Video(
            codec: stream.video.codec, width: stream.video.width, height: stream.video.height,
            framesPerSecond: stream.video.framesPerSecond, bitrate: stream.video.bitrate)
        audio = Audio(
            bitrate: stream.audio.bitrate, frameDuration: stream.audio.frameDuration,
            forwardErrorCorrection: stream.audio.forwardErrorCorrection,
            discontinuousTransmission: stream.audio.discontinuousTransmission,
            echoCancellation: stream.audio.echoCancellation, noiseSuppression: stream.audio.noiseSuppression,
            gainControl: stream.audio.gainControl, musicMode: stream.audio.musicMode)
    }

    /// Gives a new stream what is saved; nothing is called by it.
    @MainActor func apply(to stream: Stream) {
        if let identifier { stream.identifier = SignalingText.name(identifier) }
        if let address, address.utf8.count <= 512 { stream.lastAddress = address }
        if let media = outgoing.flatMap({ MediaSet($0) }) { stream.outgoing = media }
        if let media = incoming.flatMap({ MediaSet($0) }) { stream.incoming = media }
        if let detection { stream.detection = detection }
        if let timeout { stream.timeout = timeout }
        if let source = camera.flatMap({ CameraSource($0) }) { stream.camera = source }
        if let source = microphone.flatMap({ MicrophoneSource($0) }) { stream.microphone = source }
        if let speaker { stream.speaker = SpeakerSource(speaker) }
        if let volume { stream.volume = volume }
        stream.video = videoSettings
        stream.audio = audioSettings
    }

    private var videoSettings: VideoSettings {
        var settings = VideoSettings()
        guard let video else { return settings }
        if let width = video.width, (16...3840).contains(width), width.isMultiple(of: 2) { settings.width = width }
        if let height = video.height, (16...2160).contains(height), height.isMultiple(of: 2) {
            settings.height = height
        }
        if let rate = video.framesPerSecond, (1...60).contains(rate) { settings.framesPerSecond = rate }
        if let bitrate = video.bitrate, (30_000...20_000_000).contains(bitrate) { settings.bitrate = bitrate }
        if video.codec == "vp8" { settings.codec = "vp8" }
        return settings
    }

    private var audioSettings: AudioSettings {
        var settings = AudioSettings()
        guard let audio else { return settings }
        if let bitrate = audio.bitrate, (6_000...510_000).contains(bitrate) { settings.bitrate = bitrate }
        if let duration = audio.frameDuration, [10, 20, 40, 60].contains(duration) {
            settings.frameDuration = duration
        }
        settings.forwardErrorCorrection = audio.forwardErrorCorrection ?? settings.forwardErrorCorrection
        settings.discontinuousTransmission = audio.discontinuousTransmission ?? settings.discontinuousTransmission
        settings.echoCancellation = audio.echoCancellation ?? settings.echoCancellation
        settings.noiseSuppression = audio.noiseSuppression ?? settings.noiseSuppression
        settings.gainControl = audio.gainControl ?? settings.gainControl
        settings.musicMode = audio.musicMode ?? settings.musicMode
        return settings
    }
}
