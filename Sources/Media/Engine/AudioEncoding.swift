/// One Opus encoder and the streams with the same settings. Lives on the capture's worker.
final class AudioEncoding {
    private(set) var settings: AudioSettings
    private var sinks: [(identifier: Int, sink: AudioCapture.Sink)] = []
    private var encoder: OpusEncoding?
    private var pending: [Int16] = []
    private var pendingTime: Int64 = 0
    private var energy = 0.0

    private init(settings: AudioSettings) {
        self.settings = settings
        encoder = try? OpusEncoding(settings: settings)
        pending.reserveCapacity(settings.frameDuration * 48 + AudioProcessor.chunk)
    }

    /// Keeps the encoders whose settings are still in use, and gives one that only one stream used its new settings, so
    /// that no sound is lost.
    ///
    /// - Parameter sinks: in the order of their identifiers.
    static func reconcile(
        _ old: [AudioEncoding], with sinks: [(identifier: Int, sink: AudioCapture.Sink)]
    ) -> [AudioEncoding] {
        let formerly = old.map { encoding in (encoding: encoding, users: Set(encoding.sinks.map(\.identifier))) }
        var encodings: [AudioEncoding] = []
        for entry in sinks where !encodings.contains(where: { $0.settings == entry.sink.settings }) {
            let settings = entry.sink.settings
            if let kept = old.first(where: { $0.settings == settings }) {
                encodings.append(kept)
                continue
            }
            let former = formerly.first { $0.users.contains(entry.identifier) }?.encoding
            let isFree = former.map { former in
                !encodings.contains { $0 === former } && !sinks.contains { $0.sink.settings == former.settings }
            }
            if let former, isFree == true {
                former.change(to: settings)
                encodings.append(former)
            } else {
                let new = AudioEncoding(settings: settings)
                if let former { new.goOn(from: former) }
                encodings.append(new)
            }
        }
        for encoding in encodings {
            encoding.sinks = sinks.filter { $0.sink.settings == encoding.settings }
            encoding.protect()
        }
        return encodings
    }

    /// One encoder serves streams over several paths: the worst of them decides.
    private func protect() { encoder?.setExpectedLoss(sinks.lazy.map(\.sink.expectedLoss.percent).max() ?? 0) }

    private func change(to new: AudioSettings) {
        // Opus takes another application only at its birth.
        let isSameApplication = new.musicMode == settings.musicMode
        if isSameApplication { encoder?.apply(new) } else { encoder = try? OpusEncoding(settings: new) }
        settings = new
    }

    /// Sound that another encoder has but not sent yet.
    private func goOn(from other: AudioEncoding) {
        pending.append(contentsOf: other.pending)
        pendingTime = other.pendingTime
        energy = other.energy
    }

    func take(_ samples: UnsafeBufferPointer<Int16>, time: Int64, meanSquare: Double) {
        if pending.isEmpty {
            pendingTime = time
            energy = 0
        }
        pending.append(contentsOf: samples)
        energy = max(energy, meanSquare)
        let wanted = settings.frameDuration * 48
        // More than one when the packets have become shorter just now.
        while pending.count >= wanted {
            send(wanted)
            pending.removeFirst(wanted)
            pendingTime += Int64(settings.frameDuration) * 1000
        }
    }

    private func send(_ count: Int) {
        let began = MediaClock.now
        let packet = pending.withUnsafeBufferPointer { buffer in
            encoder?.encode(UnsafeBufferPointer(rebasing: buffer[..<count])).map(Array.init)
        }
        guard let packet else { return }
        let level = AudioMeter.decibels(meanSquare: energy)
        let frame = EncodedAudio(
            bytes: packet, sampleCount: count, captureTime: pendingTime, level: level, voiceActivity: level < 50,
            encodeTime: MediaClock.now - began)
        for entry in sinks where !entry.sink.isMuted { entry.sink.onFrame(frame) }
    }
}
