import BrowserSupport
import Foundation
import Programs

/// The peer to compare with: a call between two Chromium processes with fake devices.
enum BrowserCall {
    private struct Inbound: Decodable {
        var kind: String?
        var framesDecoded: Double?
        var freezeCount: Double?
        var bytesReceived: Double?
    }

    static func measure(_ shape: CallShape, seconds: Double) async throws -> CallFigures {
        let caller = try await Browser.start()
        let called = try await Browser.start()
        caller.onMessage { [called] text in called.tell(text) }
        called.onMessage { [caller] text in caller.tell(text) }
        let options =
            "{width: \(shape.width), height: \(shape.height), rate: \(shape.framesPerSecond), bitrate: \(shape.bitrate), data: false}"
        try await called.run("await startPeer(\(options))")
        try await caller.run("await startPeer(\(options)); await call()")
        try await Task.sleep(for: .seconds(10))
        let sides = [caller, called]
        let setupTime = try await caller.value(Double.self, "return (firstFrame || 1e9) - startedAt")
        let before = sides.map { ProcessUsage.of(tree: $0.processIdentifier) }
        var framesBefore: [Inbound] = []
        for side in sides { framesBefore.append(try await inbound(side)) }
        try await Task.sleep(for: .seconds(seconds))
        var figures: [CallFigures] = []
        for (index, side) in sides.enumerated() {
            let after = ProcessUsage.of(tree: side.processIdentifier)
            let media = try await inbound(side)
            figures.append(
                CallFigures(
                    setupTime: setupTime, cpu: (after.cpuSeconds - before[index].cpuSeconds) / seconds,
                    megabytes: after.megabytes,
                    framesPerSecond: ((media.framesDecoded ?? 0) - (framesBefore[index].framesDecoded ?? 0)) / seconds,
                    freezes: media.freezeCount ?? 0, glassToGlass: nil,
                    kilobitsPerSecond: ((media.bytesReceived ?? 0) - (framesBefore[index].bytesReceived ?? 0)) * 8
                        / 1000
                        / seconds))
        }
        await caller.stop()
        await called.stop()
        return CallFigures.average(figures)
    }

    private static func inbound(_ browser: Browser) async throws -> Inbound {
        let all = try await browser.value(
            [Inbound].self, "return (await statistics()).filter((entry) => entry.type === 'inbound-rtp')")
        return all.first { $0.kind == "video" } ?? Inbound()
    }
}
