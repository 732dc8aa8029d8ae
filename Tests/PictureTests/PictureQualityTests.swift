import CYUV
import Foundation
import RTC
import TestSupport
import Testing

@testable import Media

/// Real pictures over bad paths, from the camera to the screen, in virtual time.
@Suite("Pictures over bad paths") struct PictureQualityTests {
    @Test("fidelity is what libyuv says it is")
    func fidelity() throws {
        let picture = LivelyPicture(width: 320, height: 180)
        let original = try #require(picture.frame(1, captureTime: 33_333))
        let encoder = try VP8Encoder(width: 320, height: 180, framesPerSecond: 30, bitrate: 60_000)
        let decoder = try PictureDecoder(codec: "vp8")
        let encoded = try #require(encoder.encode(original, forceKeyFrame: true))
        let coarse = try #require(try decoder.decode(encoded.bytes))
        func planes(_ frame: VideoFrame) -> PictureFidelity.Plane {
            PictureFidelity.Plane(samples: frame.y, stride: frame.yStride)
        }
        let same = PictureFidelity(planes(original), planes(original), width: 320, height: 180)
        #expect(same.peakSignalToNoise == 100 && same.similarity == 1)
        let measured = PictureFidelity(planes(original), planes(coarse), width: 320, height: 180)
        let squares = ComputeSumSquareErrorPlane(
            original.y, Int32(original.yStride), coarse.y, Int32(coarse.yStride), 320, 180)
        #expect(abs(measured.peakSignalToNoise - SumSquareErrorToPsnr(squares, 320 * 180)) < 0.01)
        #expect((20..<45).contains(measured.peakSignalToNoise))
        let theirs = CalcFrameSsim(original.y, Int32(original.yStride), coarse.y, Int32(coarse.yStride), 320, 180)
        #expect(abs(measured.similarity - theirs) < 0.01, "\(measured.similarity), \(theirs)")
        #expect(measured.similarity < 0.98)
    }

    /// A path, and the worst that may be seen of ten seconds on it.
    struct Bound: CustomTestStringConvertible, Sendable {
        var codec = "vp8"
        var kilobits = 600
        var delay = 25
        var loss = 0
        /// dB
        var ratio: Double
        var freezes: Int
        /// ms
        var lateDelay: Double

        var testDescription: String { "\(codec), \(kilobits) kbit/s, \(delay) ms, \(loss) %" }
    }

    @Test(
        "a picture over a bad path is sharp, moves, and is young",
        arguments: [
            Bound(ratio: 38, freezes: 0, lateDelay: 150),
            Bound(codec: "vp9", ratio: 38, freezes: 0, lateDelay: 150),
            Bound(loss: 5, ratio: 36, freezes: 1, lateDelay: 200),
            Bound(delay: 150, loss: 5, ratio: 36, freezes: 3, lateDelay: 500),
        ])
    func bounds(bound: Bound) throws {
        let setting = PictureCall.Setting(
            codec: bound.codec, conditions: Self.link(kilobits: bound.kilobits, delay: bound.delay, loss: bound.loss),
            width: 320, height: 180, bitrate: 500_000, judged: 15)
        let figures = try PictureQuality(bound.testDescription, setting, seconds: 10)
        #expect(figures.peakSignalToNoise > bound.ratio, "\(figures.line)")
        #expect(figures.freezeCount <= bound.freezes, "\(figures.line)")
        #expect(figures.lateDelay < bound.lateDelay, "\(figures.line)")
        #expect(figures.rate > 27, "\(figures.line)")
    }

    @Test("the table of paths", .enabled(if: PictureQuality.tablePath != nil))
    func table() throws {
        var figures: [PictureQuality] = []
        let only = ProcessInfo.processInfo.environment["CAUSERIE_PICTURE_ONLY"]
        for codec in VideoSettings.codecs {
            for (name, conditions) in Self.paths {
                let full = "\(codec) \(name)"
                if let only, !full.contains(only) { continue }
                let setting = PictureCall.Setting(codec: codec, conditions: conditions, judged: 6)
                figures.append(try PictureQuality(full, setting, seconds: 20))
                PictureQuality.publish(figures)
            }
        }
    }

    private static var paths: [(String, LinkConditions)] {
        var paths: [(String, LinkConditions)] = []
        for (rate, delays) in [(1500, [25, 150]), (600, [25, 150]), (300, [25, 150])] {
            for delay in delays {
                for (loss, burst) in [(0, 1.0), (1, 1), (2, 1), (5, 1), (10, 1), (5, 4)] {
                    guard rate == 1500 || delay == 25 || loss == 0 || loss == 5 else { continue }
                    paths.append(
                        (
                            "\(rate) kbit/s \(delay) ms \(loss) %\(burst > 1 ? " bursts of \(Int(burst))" : "")",
                            link(kilobits: rate, delay: delay, loss: loss, burst: burst)
                        ))
                }
            }
        }
        return paths
    }

    /// A queue of 300 ms.
    private static func link(kilobits: Int, delay: Int, loss: Int, burst: Double = 1) -> LinkConditions {
        LinkConditions(
            loss: Double(loss) / 100, lossBurst: burst, delay: .milliseconds(delay), bitsPerSecond: kilobits * 1000,
            queueBytes: max(kilobits * 300 / 8, 12_000))
    }
}
