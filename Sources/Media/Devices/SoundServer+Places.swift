import CPulse

/// Which device each stream belongs on, and what it is told of the one that it is on. All under the main loop's lock.
extension SoundServer {
    /// The server's stand-in where there is no speaker at all.
    private static let nowhere = "auto_null"

    /// A device to open.
    enum Target: Equatable {
        /// Whatever the server takes.
        case serverDefault
        case named(String)
        case none
    }

    func target(for stream: SoundStream) -> Target {
        if let refuge = refuge(for: stream, on: stream.place) { return .named(refuge) }
        guard let device = stream.device else {
            // Without a microphone the server would give us a monitor, and the far side would hear itself.
            return stream.isRecording && !list.hasMicrophone ? .none : .serverDefault
        }
        if isThere(device) { return .named(device) }
        return fallback(for: stream, insteadOf: device).map { .named($0) } ?? .none
    }

    /// Names like `@DEFAULT_SINK@` are the server's to resolve.
    private func isThere(_ device: String) -> Bool { list.names.contains(device) || device.hasPrefix("@") }

    /// What was chosen last of what is there, else the default. No loudspeaker in place of what one person hears.
    private func fallback(for stream: SoundStream, insteadOf device: String) -> String? {
        let kind: MediaDevice.Kind = stream.isRecording ? .microphone : .speaker
        let mustBePersonal = !stream.isRecording && (stream.isPersonal || list.isPersonal(device))
        let candidates = list.devices.filter { candidate in
            candidate.kind == kind && candidate.id != Self.nowhere
                && (!mustBePersonal || list.isPersonal(candidate.id))
        }
        let remembered = preferred[kind]?.first { name in candidates.contains { $0.id == name } }
        return remembered ?? (candidates.first(where: \.isDefault) ?? candidates.first)?.id
    }

    /// Where a stream that is held back may be heard: the chosen device, or what was chosen last.
    private func refuge(for stream: SoundStream, on place: String?) -> String? {
        guard stream.isHeldBack, place.map(list.isPersonal) != true else { return nil }
        let candidates = list.devices.filter {
            $0.kind == .speaker && list.isPersonal($0.id) && $0.id != stream.left
        }.map(\.id)
        if let device = stream.device, candidates.contains(device) { return device }
        return preferred[.speaker]?.first { candidates.contains($0) } ?? candidates.first
    }

    /// The devices, or the place of a stream, have changed: it goes where it belongs, and is told how it stands.
    func settle(_ stream: SoundStream) {
        guard list.isComplete, let place = stream.place else { return }
        let privacy = privacy(of: place)
        // Silent at once; what is told depends on whether there is a way out.
        if privacy != stream.privacy { stream.settle(privacy == .personal ? .personal : .unknown) }
        if let better = betterPlace(than: place, for: stream), stream.mayMove(to: better) { return open(stream) }
        if isOnMonitorByAccident(stream, at: place) { return stream.lost() }
        stream.settle(privacy)
        stream.tell(problem(of: stream, on: place))
    }

    private func betterPlace(than place: String, for stream: SoundStream) -> String? {
        if let refuge = refuge(for: stream, on: place) { return refuge }
        guard let device = stream.device, place != device, !isThere(device) else { return nil }
        let fallback = fallback(for: stream, insteadOf: device)
        return fallback == place ? nil : fallback
    }

    /// The microphone is gone, and the server gave us a speaker's sound instead.
    private func isOnMonitorByAccident(_ stream: SoundStream, at place: String) -> Bool {
        guard stream.isRecording, place != stream.device, let former = stream.formerPlace else { return false }
        return !list.names.contains(former) && list.isMonitor(place)
    }

    private func privacy(of place: String) -> AudioOutput.Place {
        guard place != Self.nowhere, let name = list.name(ofSpeaker: place) else { return .unknown }
        return list.isPersonal(place) ? .personal : .aloud(name)
    }

    private func problem(of stream: SoundStream, on place: String) -> MediaProblem? {
        if place == Self.nowhere { return stream.device.map { .deviceNotFound($0) } ?? .noDevice }
        guard let device = stream.device, place != device, !isThere(device) else { return nil }
        return .deviceNotFound(device)
    }
}
