import RTC

/// Makes a way to one correspondent: at every place where they may be, the nearest first, and again while there is reason to.
@MainActor final class ConversationReach {
    private unowned let line: ConversationLine
    private unowned let lines: ConversationLines
    private var work: [Task<Void, Never>] = []
    /// Of the attempt of now: what comes of an earlier one counts no more.
    private var generation = 0
    /// Places that have not answered yet.
    private var open = 0
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
        stop()
        work = [
            Task { [weak self] in
                guard (try? await Task.sleep(for: .seconds(pause))) != nil, let self, isWanted else { return }
                dial()
            }
        ]
    }

    /// There is a way, or none is wanted.
    func stop() {
        generation += 1
        for task in work { task.cancel() }
        work = []
    }

    func succeeded() {
        stop()
        attempts = 0
    }

    private func dial() {
        let places = lines.places(line.record)
        guard !places.isEmpty, let identity = DTLSFingerprint(parsing: line.record.fingerprint) else { return }
        stop()
        (open, failure) = (places.count, nil)
        work = places.enumerated().map { index, place in
            Task { [weak self, lines, generation] in
                if index > 0, (try? await Task.sleep(for: Self.head * index)) == nil { return }
                do throws(DialFailure) {
                    let connection = try await lines.dial(place, identity)
                    guard let self, self.generation == generation else { return connection.close() }
                    line.attach(DirectLink(connection, place.person == nil ? .dialed : .dialedThroughServer))
                } catch {
                    if let self, self.generation == generation { failed(error) }
                }
            }
        }
    }

    private func failed(_ new: DialFailure) {
        // That somebody else is there is worth more than that nobody is elsewhere.
        if failure?.reason != .identityChanged { failure = new }
        open -= 1
        guard open == 0, let failure else { return }
        line.notReached(failure.reason)
        retry()
    }
}
