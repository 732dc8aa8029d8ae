import BrowserSupport
import Foundation
import LinkSupport
import Programs

/// The peer to compare with: a call between two Chromium processes with fake devices.
struct BrowserCall {
    let caller: Browser
    let called: Browser

    var sides: [Browser] { [caller, called] }

    private struct Inbound: Decodable {
        var kind: String?
        var framesDecoded: Double?
        var freezeCount: Double?
        var bytesReceived: Double?
        var totalFreezesDuration: Double?
        var concealedSamples: Double?
        var totalSamplesReceived: Double?
    }

    /// - Parameters:
    ///   - film: what the cameras show, a file; Chromium's own picture without.
    ///   - link: that the call goes over; this machine's loopback without.
    static func start(
        _ shape: CallShape, film: String? = nil, over link: TunnelledLink? = nil
    ) async throws -> BrowserCall {
        let caller = try await Browser.start(film: film, at: link.map { ($0, .near) })
        let called = try await Browser.start(film: film, at: link.map { ($0, .far) })
        caller.onMessage { [called] text in called.tell(text) }
        called.onMessage { [caller] text in caller.tell(text) }
        let options =
            "{width: \(shape.width), height: \(shape.height), rate: \(shape.framesPerSecond), bitrate: \(shape.bitrate), data: false}"
        try await called.run("await startPeer(\(options))")
        try await caller.run("await startPeer(\(options)); await call()")
        return BrowserCall(caller: caller, called: called)
    }

    static func measure(_ shape: CallShape, seconds: Double) async throws -> CallFigures {
        let call = try await start(shape)
        let (caller, called) = (call.caller, call.called)
        try await Task.sleep(for: .seconds(10))
        let sides = call.sides
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

    private static func inbound(_ browser: Browser, _ kind: String = "video") async throws -> Inbound {
        let all = try await browser.value(
            [Inbound].self, "return (await statistics()).filter((entry) => entry.type === 'inbound-rtp')")
        return all.first { $0.kind == kind } ?? Inbound()
    }
}

extension BrowserCall: LinkedCall {
    func receptions() async throws -> [Reception] {
        var receptions: [Reception] = []
        for side in sides {
            let video = try await Self.inbound(side)
            let audio = try await Self.inbound(side, "audio")
            receptions.append(
                Reception(
                    freezes: video.freezeCount ?? 0, frozenSeconds: video.totalFreezesDuration ?? 0,
                    frames: video.framesDecoded ?? 0, concealedSamples: audio.concealedSamples ?? 0,
                    samples: audio.totalSamplesReceived ?? 0))
        }
        return receptions
    }

    func stop() async { for side in sides { await side.stop() } }
}
