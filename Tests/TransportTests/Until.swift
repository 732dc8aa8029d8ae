import Testing

struct TimedOut: Error {}

/// Waits until something is so; records an issue when nothing comes of it.
func until(_ name: String, _ condition: () async throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(30)
    while try await !condition() {
        guard ContinuousClock.now < end else {
            Issue.record("nothing came of: \(name)")
            throw TimedOut()
        }
        try await Task.sleep(for: .milliseconds(10))
    }
}
