import Foundation
import Instances
import LinkSupport
import Programs

/// What is measured: a call between two headless instances.
struct InstanceCall {
    let caller: HeadlessInstance
    let called: HeadlessInstance

    var sides: [HeadlessInstance] { [caller, called] }

    /// - Parameters:
    ///   - cameras: one for each side; test patterns without.
    ///   - link: that the call goes over; this machine's loopback without.
    static func start(
        _ shape: CallShape, cameras: [String]? = nil, over link: TunnelledLink? = nil
    ) async throws -> InstanceCall {
        let bus = try await PrivateBus.start()
        let pattern = "test-pattern:\(shape.width)x\(shape.height)@\(shape.framesPerSecond)"
        var sides: [HeadlessInstance] = []
        for (index, end) in TunnelledLink.End.allCases.enumerated() {
            let options = ["--camera", cameras?[index] ?? pattern, "--microphone", "test-tone", "--speaker", "none"]
            let side = try await HeadlessInstance.start(
                "bench-\(end)", on: bus, options: options + (end == .far ? ["--auto-accept"] : []),
                through: link?.words(at: end) ?? [])
            for (key, value) in [
                ("width", shape.width), ("height", shape.height), ("framesPerSecond", shape.framesPerSecond),
                ("bitrate", shape.bitrate),
            ] {
                try side.must("set", "main", "video.\(key)", String(value))
            }
            sides.append(side)
        }
        let call = InstanceCall(caller: sides[0], called: sides[1])
        let host = link == nil ? "127.0.0.1" : TunnelledLink.End.far.address
        try call.caller.must("connect", "main", "\(host):\(call.called.port)", "--wait")
        return call
    }

    static func measure(_ shape: CallShape, seconds: Double) async throws -> CallFigures {
        let call = try await start(shape)
        // The same warm-up as the peer's, whose estimate of the network takes its time.
        try await Task.sleep(for: .seconds(10))
        let sides = call.sides
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
                    setupTime: try call.caller.statistics().setupTime ?? .infinity,
                    cpu: (after.cpuSeconds - before[index].cpuSeconds) / seconds, megabytes: after.megabytes,
                    framesPerSecond: (video(statistics, "framesDecoded") - video(earlier, "framesDecoded")) / seconds,
                    freezes: video(statistics, "freezeCount"), glassToGlass: video(statistics, "glassToGlass"),
                    kilobitsPerSecond: (video(statistics, "bytesReceived") - video(earlier, "bytesReceived")) * 8 / 1000
                        / seconds))
        }
        try call.caller.must("disconnect", "main")
        return CallFigures.average(figures)
    }
}

extension InstanceCall: LinkedCall {
    func receptions() async throws -> [Reception] {
        try sides.map { side in
            let statistics = try side.statistics()
            let video = { statistics.number("inbound-rtp", "video", $0) }
            let audio = { statistics.number("inbound-rtp", "audio", $0) }
            return Reception(
                freezes: video("freezeCount"), frozenSeconds: video("totalFreezesDuration"),
                frames: video("framesDecoded"), concealedSamples: audio("concealedSamples"),
                samples: audio("totalSamplesReceived"))
        }
    }

    func stop() async { try? caller.must("disconnect", "main") }
}
