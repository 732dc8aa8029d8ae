import Foundation
import RTC
import TestSupport

@testable import Media

/// What is seen of a call, in figures.
struct PictureQuality {
    /// The first seconds, in which the network is still being learnt, are left out.
    static let warmUp = 5.0

    var name: String
    /// Kbit/s that left, everything counted.
    var bitrate = 0.0
    /// Pictures a second.
    var rate = 0.0
    /// As webrtc-stats counts: a picture that comes later than three times the usual interval, and 150 ms.
    var freezeCount = 0
    /// Seconds.
    var freezeDuration = 0.0
    /// dB of the luma, mean; and its tenth percentile.
    var peakSignalToNoise = 0.0
    var poorest = 0.0
    var similarity = 0.0
    /// ms from camera to screen: mean, and the 95th percentile.
    var delay = 0.0
    var lateDelay = 0.0
    var keyFrames = 0
    /// Packets sent again, and such as protect, for each hundred others.
    var repeated = 0.0
    var protected = 0.0
    /// Lines of the picture's sizes.
    var sizes: [Int] = []

    init(_ name: String, _ setting: PictureCall.Setting, seconds: Double) throws {
        self.name = name
        let call = PictureCall(setting)
        try call.run(seconds: Self.warmUp)
        let (bytes, count) = (call.sentBytes, call.shown.count)
        let keys = call.value("keyFramesEncoded", "outbound-rtp", ofReceiver: false)
        try call.run(seconds: seconds)
        let shown = call.shown.dropFirst(count)
        bitrate = Double(call.sentBytes - bytes) * 8 / 1000 / seconds
        rate = Double(shown.count) / seconds
        measureFreezes(shown.map { Double($0.time.microseconds) / 1e6 }, until: Double(call.now.microseconds) / 1e6)
        let fidelities = shown.compactMap(\.fidelity)
        let ratios = fidelities.map(\.peakSignalToNoise).sorted()
        peakSignalToNoise = Self.mean(ratios)
        poorest = ratios.isEmpty ? 0 : ratios[ratios.count / 10]
        similarity = Self.mean(fidelities.map(\.similarity))
        let delays = shown.compactMap { $0.delay?.inMilliseconds }.sorted()
        delay = Self.mean(delays)
        lateDelay = delays.isEmpty ? 0 : delays[delays.count * 95 / 100]
        keyFrames = Int(call.value("keyFramesEncoded", "outbound-rtp", ofReceiver: false) - keys)
        let packets = max(call.value("packetsSent", "outbound-rtp", ofReceiver: false), 1)
        repeated = call.value("retransmittedPacketsSent", "outbound-rtp", ofReceiver: false) / packets * 100
        protected = call.value("fecPacketsSent", "outbound-rtp", ofReceiver: false) / packets * 100
        sizes = call.sizes.sorted()
    }

    private mutating func measureFreezes(_ times: [Double], until end: Double) {
        var intervals: [Double] = []
        for (before, time) in zip(times, times.dropFirst() + [end]) {
            let interval = time - before
            if intervals.count >= 5 {
                let mean = Self.mean(intervals)
                if interval > max(3 * mean, mean + 0.15) {
                    freezeCount += 1
                    freezeDuration += interval
                }
            }
            intervals.append(interval)
            if intervals.count > 30 { intervals.removeFirst() }
        }
    }

    private static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(values.count, 1)) }

    static let header =
        "path                                  | kbit/s | shown/s | freezes | frozen s | PSNR dB |  10 % | SSIM   |"
        + " delay ms |   95 % | keys | again | FEC   | lines"

    var line: String {
        [
            name.padding(toLength: 37, withPad: " ", startingAt: 0), String(format: "%6.0f", bitrate),
            String(format: "%7.1f", rate), String(format: "%7d", freezeCount), String(format: "%8.2f", freezeDuration),
            String(format: "%7.2f", peakSignalToNoise), String(format: "%5.1f", poorest),
            String(format: "%6.4f", similarity), String(format: "%8.1f", delay), String(format: "%6.0f", lateDelay),
            String(format: "%4d", keyFrames), String(format: "%3.1f %%", repeated),
            String(format: "%3.1f %%", protected),
            sizes.map(String.init).joined(separator: " "),
        ].joined(separator: " | ")
    }

    /// Where `CAUSERIE_PICTURE_TABLE` names a file, tables of picture quality are made.
    static let tablePath = ProcessInfo.processInfo.environment["CAUSERIE_PICTURE_TABLE"]

    static func publish(_ figures: [PictureQuality]) {
        guard let tablePath else { return }
        let text = ([header] + figures.map(\.line)).joined(separator: "\n") + "\n"
        try? Data(text.utf8).write(to: URL(filePath: tablePath))
    }
}
