import Foundation
import Instances
import Programs
import Testing

/// Call after call between the same two: what a call takes, its end gives back.
@Suite(.serialized) struct ManyCallsTests {
    private static let media = [
        "--camera", "test-pattern:160x120@15", "--microphone", "test-tone", "--speaker", "none", "--auto-accept",
    ]
    private static let warmUp = 10
    /// What a hundred calls may leave, MB: the list of the latest calls, pages of the database, holes between the two. One
    /// media session that stays of each would be some hundred.
    private static let margin = 3.0

    @Test("A hundred calls leave no memory, no descriptor, no thread and no object behind")
    func hundred() async throws {
        let bus = try await PrivateBus.start()
        var sides: [HeadlessInstance] = []
        for name in ["ann", "bob"] {
            sides.append(
                try await HeadlessInstance.start(
                    name, on: bus, options: Self.media, environment: ProcessResources.steadyMemory))
        }
        for number in 0..<Self.warmUp { try await call(number, sides) }
        var before: [(ProcessResources, String)] = []
        for side in sides { before.append(try await rest(side)) }
        let start = ContinuousClock.now
        for number in 0..<100 { try await call(number, sides) }
        print("a hundred calls took \(ContinuousClock.now - start)")
        for (side, (held, objects)) in zip(sides, before) {
            var now = try await rest(side)
            // What is closed last may take its moment.
            for _ in 0..<100 where now.0.descriptors > held.descriptors || now.0.threads > held.threads {
                try await Task.sleep(for: .milliseconds(100))
                now = try await rest(side)
            }
            print("\(side.profile): \(held); a hundred calls later: \(now.0)")
            #expect(now.0.descriptors <= held.descriptors)
            #expect(now.0.threads <= held.threads)
            #expect(now.0.megabytes < held.megabytes + Self.margin)
            #expect(now.1 == objects)
        }
    }

    /// One calls, both see pictures of the other, and one of them hangs up: by turns in every combination.
    private func call(_ number: Int, _ sides: [HeadlessInstance]) async throws {
        let (caller, called) = (sides[number % 2], sides[1 - number % 2])
        try caller.must("connect", "main", called.address, "--wait")
        for side in sides {
            try await side.waitForStatistics("a picture") { $0.state == "connected" && $0.framesDecoded > 0 }
        }
        try sides[number / 2 % 2].must("disconnect", "main")
        for side in sides { try await side.wait(for: "state", "ended") }
    }

    /// What an instance holds once the threads of its last call have nothing to do any more.
    private func rest(_ side: HeadlessInstance) async throws -> (ProcessResources, String) {
        var last = try ProcessResources(of: side.program.processIdentifier)
        for _ in 0..<100 {
            try await Task.sleep(for: .milliseconds(500))
            let now = try ProcessResources(of: side.program.processIdentifier)
            if now.descriptors == last.descriptors, now.threads == last.threads { break }
            last = now
        }
        return (last, try side.objectCounts())
    }
}
