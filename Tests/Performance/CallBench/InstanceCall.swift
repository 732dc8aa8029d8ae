import Foundation
import Instances
import Programs

/// What is measured: a call between two headless instances with test sources.
enum InstanceCall {
    static func measure(_ shape: CallShape, seconds: Double) async throws -> CallFigures {
        let bus = try await PrivateBus.start()
        let pattern = "test-pattern:\(shape.width)x\(shape.height)@\(shape.framesPerSecond)"
        let options = ["--camera", pattern, "--microphone", "test-tone", "--speaker", "none"]
        let caller = try await HeadlessInstance.start("bench-caller", on: bus, options: options)
        let called = try await HeadlessInstance.start("bench-called", on: bus, options: options + ["--auto-accept"])
        let sides = [caller, called]
        for side in sides {
            for (key, value) in [
                ("width", shape.width), ("height", shape.height), ("framesPerSecond", shape.framesPerSecond),
                ("bitrate", shape.bitrate),
            ] {
                try side.must("set", "main", "video.\(key)", String(value))
            }
        }
        try caller.must("connect", "main", called.address, "--wait")
        // The same warm-up as the peer's, whose estimate of the network takes its time.
        try await Task.sleep(for: .seconds(10))
        let before = sides.map { ProcessUsage.of(tree: $0.program.processIdentifier) }
        let statisticsBefore = try sides.map { try $0.statistics() }
        try await Task.sleep(for: .seconds(seconds))
        var figures: [CallFigures] = []
        for (index, side) in sides.enumerated() {
            let after = ProcessUsage.of(tree: side.program.processIdentifier)
            let statistics = try side.statistics()
            let video = { (all: CallStatistics, name: String) in all.number("inbound-rtp", "video", name) }
            let earlier = statisticsBefore[index]
            figures.append(
                CallFigures(
                    setupTime: try caller.statistics().setupTime ?? .infinity,
                    cpu: (after.cpuSeconds - before[index].cpuSeconds) / seconds, megabytes: after.megabytes,
                    framesPerSecond: (video(statistics, "framesDecoded") - video(earlier, "framesDecoded")) / seconds,
                    freezes: video(statistics, "freezeCount"), glassToGlass: video(statistics, "glassToGlass"),
                    kilobitsPerSecond: (video(statistics, "bytesReceived") - video(earlier, "bytesReceived")) * 8 / 1000
                        / seconds))
        }
        try caller.must("disconnect", "main")
        return CallFigures.average(figures)
    }
}
