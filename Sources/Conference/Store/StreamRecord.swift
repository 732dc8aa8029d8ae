import Media

/// A stream's description as it is saved. What is missing or out of range gets its default.
struct StreamRecord: Codable, Hashable, Sendable {
    struct Video: Codable, Hashable, Sendable {
        var codec: String?
        var width: Int?
        var height: Int?
        var framesPerSecond: Int?
        var bitrate: Int?
        var minimumBitrate: Int?
        var contentHint: String?
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

    /// Tells streams apart while they are edited; missing in older files.
    var id: String?
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
        id = stream.id
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
            framesPerSecond: stream.video.framesPerSecond, bitrate: stream.video.bitrate,
            minimumBitrate: stream.video.minimumBitrate, contentHint: stream.video.contentHint.rawValue)
        audio = Audio(
            bitrate: stream.audio.bitrate, frameDuration: stream.audio.frameDuration,
            forwardErrorCorrection: stream.audio.forwardErrorCorrection,
            discontinuousTransmission: stream.audio.discontinuousTransmission,
            echoCancellation: stream.audio.echoCancellation, noiseSuppression: stream.audio.noiseSuppression,
            gainControl: stream.audio.gainControl, musicMode: stream.audio.musicMode)
    }

    /// Only what differs from another one.
    func changes(from old: StreamRecord) -> StreamRecord {
        func differing<Value: Equatable>(_ new: Value?, _ old: Value?) -> Value? { new == old ? nil : new }
        var changes = StreamRecord(name: name)
        changes.identifier = differing(identifier, old.identifier)
        changes.address = differing(address, old.address)
        changes.outgoing = differing(outgoing, old.outgoing)
        changes.incoming = differing(incoming, old.incoming)
        changes.detection = differing(detection, old.detection)
        changes.timeout = differing(timeout, old.timeout)
        changes.camera = differing(camera, old.camera)
        changes.microphone = differing(microphone, old.microphone)
        changes.speaker = differing(speaker, old.speaker)
        changes.volume = differing(volume, old.volume)
        changes.video = differing(video, old.video)
        changes.audio = differing(audio, old.audio)
        return changes
    }

    /// Gives a stream what is saved, but its name; nobody is called by it. What is the same is left alone.
    @MainActor func apply(to stream: Stream) {
        assign(identifier.map { SignalingText.name($0) }, to: \.identifier, of: stream)
        if let address, address.utf8.count <= 512 { assign(address, to: \.lastAddress, of: stream) }
        assign(outgoing.flatMap { MediaSet($0) }, to: \.outgoing, of: stream)
        assign(incoming.flatMap { MediaSet($0) }, to: \.incoming, of: stream)
        assign(detection, to: \.detection, of: stream)
        assign(timeout, to: \.timeout, of: stream)
        assign(camera.flatMap { CameraSource($0) }, to: \.camera, of: stream)
        assign(microphone.flatMap { MicrophoneSource($0) }, to: \.microphone, of: stream)
        assign(speaker.map { SpeakerSource($0) }, to: \.speaker, of: stream)
        assign(volume, to: \.volume, of: stream)
        if let video { assign(Self.settings(video), to: \.video, of: stream) }
        if let audio { assign(Self.settings(audio), to: \.audio, of: stream) }
    }

    @MainActor private func assign<Value: Equatable>(
        _ value: Value?, to property: ReferenceWritableKeyPath<Stream, Value>, of stream: Stream
    ) {
        if let value, stream[keyPath: property] != value { stream[keyPath: property] = value }
    }

    private static func settings(_ video: Video) -> VideoSettings {
        var settings = VideoSettings()
        if let width = video.width, VideoSettings.widths ~= width, width.isMultiple(of: 2) { settings.width = width }
        if let height = video.height, VideoSettings.heights ~= height, height.isMultiple(of: 2) {
            settings.height = height
        }
        if let rate = video.framesPerSecond, VideoSettings.frameRates ~= rate { settings.framesPerSecond = rate }
        if let bitrate = video.bitrate, VideoSettings.bitrates ~= bitrate { settings.bitrate = bitrate }
        if let floor = video.minimumBitrate, VideoSettings.bitrates ~= floor { settings.minimumBitrate = floor }
        settings.minimumBitrate = min(settings.minimumBitrate, settings.bitrate)
        if let hint = video.contentHint.flatMap({ ContentHint(rawValue: $0) }) { settings.contentHint = hint }
        if let codec = video.codec, VideoSettings.codecs.contains(codec) { settings.codec = codec }
        return settings
    }

    private static func settings(_ audio: Audio) -> AudioSettings {
        var settings = AudioSettings()
        if let bitrate = audio.bitrate, AudioSettings.bitrates ~= bitrate { settings.bitrate = bitrate }
        if let duration = audio.frameDuration, AudioSettings.frameDurations.contains(duration) {
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
