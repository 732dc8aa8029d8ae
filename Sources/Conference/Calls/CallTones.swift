import Media

/// Plays what a person expects to hear around the calls of all streams: ringing, ringing at the other end, the end.
@MainActor final class CallTones {
    private let play: @MainActor (CallTone, SpeakerSource) -> TonePlayback
    private var playing: [String: (tone: CallTone, playback: TonePlayback)] = [:]

    /// - Parameter play: begins a tone on a speaker.
    init(_ play: @escaping @MainActor (CallTone, SpeakerSource) -> TonePlayback) { self.play = play }

    /// A stream's call has gone from one state to the next.
    ///
    /// - Parameters:
    ///   - isRingingThere: whether the person called has been told.
    ///   - isEnabled: whether the user wants to hear anything.
    func update(_ stream: Stream, from old: StreamState, isRingingThere: Bool, isEnabled: Bool) {
        let wanted = isEnabled ? Self.tone(for: stream, from: old, isRingingThere: isRingingThere) : nil
        let now = playing[stream.id]
        guard wanted != now?.tone || now?.playback.isOver == true else { return }
        now?.playback.stop()
        playing[stream.id] = wanted.map { ($0, play($0, stream.speaker)) }
        // An end is heard once, and its speaker let go.
        if wanted == .ended { forget(stream.id) }
    }

    func stop() {
        for entry in playing.values { entry.playback.stop() }
        playing = [:]
    }

    private static func tone(for stream: Stream, from old: StreamState, isRingingThere: Bool) -> CallTone? {
        guard stream.speaker != .none, !stream.isTestCall else { return nil }
        switch stream.state {
        case .incoming: return .ring
        case .calling: return isRingingThere ? .ringback : nil
        // Who hangs up knows it.
        case .ended(let reason): return old.isAnswered && reason != .localHangUp ? .ended : nil
        case .idle, .connecting, .connected, .reconnecting: return nil
        }
    }

    private func forget(_ identifier: String) {
        Task { [weak self] in
            try? await Task.sleep(for: .seconds(2))
            guard let entry = self?.playing[identifier], entry.tone == .ended else { return }
            entry.playback.stop()
            self?.playing[identifier] = nil
        }
    }
}
