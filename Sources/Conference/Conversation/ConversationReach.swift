import RTC

/// Makes a way to one correspondent: at every place where they may be, the nearest first, and again while there is reason to.
@MainActor final class ConversationReach {
    private unowned let line: ConversationLine
    private unowned let lines: ConversationLines
    private var waiting: Task<Void, Never>?
    /// Attempts that are being made, by their place.
    private var underWay: [CallAddress: Task<Void, Never>] = [:]
    /// Since nothing is wanted any more: what comes of earlier attempts is closed.
    private var generation = 0
    private var failure: DialFailure?
    private var attempts = 0

    /// Between attempts to reach somebody for whom something waits, seconds.
    private static let pauses = [2, 5, 10, 30, 60, 120, 300]
    /// So long a place has for itself before the next one is tried beside it.
    private static let head = Duration.milliseconds(500)

    init(_ line: ConversationLine, _ lines: ConversationLines) { (self.line, self.lines) = (line, lines) }

    isolated deinit { stop() }

    private var isWanted: Bool {
        lines.isRunning && !line.isLinked && line.hasPending && line.record.standing != .blocked
    }

    /// Tries now, if something waits.
    func start() {
        attempts = 0
        if isWanted { dial() }
    }

    /// Tries later, if something waits; each time later than before.
    ///
    /// - Parameter least: how often it has failed at least, for who did harm.
    func retry(afterAtLeast least: Int = 0) {
        attempts = max(attempts, least)
        guard isWanted else { return }
        let pause = Self.pauses[min(attempts, Self.pauses.count - 1)]
        attempts += 1
        waiting?.cancel()
        waiting = Task { [weak self] in
            // Not in step with the far side, which may be doing the same.
            let pause = Duration.seconds(pause) * Double.random(in: 0.75...1.25)
            guard (try? await Task.sleep(for: pause)) != nil, let self, isWanted else { return }
            dial()
        }
    }

    /// No way is wanted.
    func stop() {
        generation += 1
        pause()
        underWay = [:]
    }

    /// There is a way. Attempts under way may still find another one: the line knows which is better, and the far side
    /// knows the same.
    func succeeded() {
        attempts = 0
        failure = nil
        pause()
    }

    private func pause() {
        waiting?.cancel()
        for task in underWay.values { task.cancel() }
    }

    private func dial() {
        waiting?.cancel()
        guard let identity = DTLSFingerprint(parsing: line.record.fingerprint) else { return }
        for (index, place) in lines.places(line.record).enumerated() where underWay[place] == nil {
            underWay[place] = Task { [weak self, lines, generation] in
                if index > 0, (try? await Task.sleep(for: Self.head * index)) == nil {
                    self?.ended(place, nil, generation)
                    return
                }
                do throws(DialFailure) {
                    let connection = try await lines.dial(place, identity)
                    guard let self, self.generation == generation else { return connection.close() }
                    underWay[place] = nil
                    line.attach(DirectLink(connection, place.person == nil ? .dialed : .dialedThroughServer))
                } catch { self?.ended(place, error, generation) }
            }
        }
    }

    private func ended(_ place: CallAddress, _ new: DialFailure?, _ generation: Int) {
        guard generation == self.generation else { return }
        underWay[place] = nil
        // That somebody else is there is worth more than that nobody is elsewhere.
        if failure?.reason != .identityChanged { failure = new ?? failure }
        guard underWay.isEmpty, !line.isLinked, let reason = failure?.reason else { return }
        failure = nil
        line.notReached(reason)
        retry()
    }
}
