import Foundation
import Instances
import Programs
import Testing

/// Call after call in one window.
@Suite("Many calls in a window", .serialized)
@MainActor
struct ManyCallsWindowTests {
    private static let media = [
        "--camera", "test-pattern:160x120@15", "--microphone", "test-tone", "--speaker", "none", "--auto-accept",
    ]
    /// What twenty calls may leave, MB: GTK keeps what it has drawn.
    private static let margin = 6.0

    @Test("Twenty calls leave no memory, no descriptor, no thread and no object behind")
    func twenty() async throws {
        let desktop = try await Desktop.start()
        let bob = try await HeadlessInstance.start("bob", on: desktop.bus, options: Self.media)
        let environment = desktop.environment.merging(ProcessResources.steadyMemory) { $1 }
        let window = try await HeadlessInstance.start(
            "window", on: desktop.bus, options: Self.media, environment: environment, isHeadless: false)
        for number in 0..<6 { try await call(number, window, bob) }
        let (before, objects) = try await rest(window)
        #expect(objects.contains("\"signals\""))
        for number in 0..<20 { try await call(number, window, bob) }
        var (now, left) = try await rest(window)
        for _ in 0..<50 where now.descriptors > before.descriptors || left != objects {
            try await Task.sleep(for: .milliseconds(100))
            (now, left) = try await rest(window)
        }
        print("window: \(before); twenty calls later: \(now)")
        #expect(now.descriptors <= before.descriptors)
        #expect(now.threads <= before.threads)
        #expect(now.megabytes < before.megabytes + Self.margin)
        #expect(left == objects)
        #expect(!window.program.complained.contains("CRITICAL"))
    }

    private func call(_ number: Int, _ window: HeadlessInstance, _ bob: HeadlessInstance) async throws {
        let (caller, called) = number % 2 == 0 ? (window, bob) : (bob, window)
        try caller.must("connect", "main", called.address, "--wait")
        for side in [window, bob] {
            try await side.waitForStatistics("a picture") { $0.state == "connected" && $0.framesDecoded > 0 }
        }
        try (number / 2 % 2 == 0 ? caller : called).must("disconnect", "main")
        for side in [window, bob] { try await side.wait(for: "state", "ended") }
    }

    /// What the instance holds once its last call's threads have ended, and its window has come to rest.
    private func rest(_ window: HeadlessInstance) async throws -> (ProcessResources, String) {
        var last = (try ProcessResources(of: window.program.processIdentifier), try window.objectCounts())
        for _ in 0..<60 {
            try await Task.sleep(for: .milliseconds(500))
            let now = (try ProcessResources(of: window.program.processIdentifier), try window.objectCounts())
            if now.0.descriptors == last.0.descriptors, now.0.threads == last.0.threads, now.1 == last.1 { break }
            last = now
        }
        return last
    }
}
