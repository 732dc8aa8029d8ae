import RTC
import TestSupport
import Testing

/// Sound over bad paths, from the sender's session to the jitter buffer, in virtual time.
@Suite("Sound over bad paths") struct AudioQualityTests {
    private typealias Path = AudioCallSimulation.Path

    @Test("five per cent of loss at 25 ms costs less than one per cent of the sound")
    func fivePercent() {
        let path = Path(LinkConditions(loss: 0.05, delay: .milliseconds(25)))
        let bare = AudioQualityFigures("loss 5 %", path, .none)
        #expect(bare.concealedShare > 0.03, "\(bare.line)")
        for protection in [AudioQualityFigures.Protection.errorCorrection, .all] {
            let figures = AudioQualityFigures("loss 5 %", path, protection, seed: 2)
            #expect(figures.concealedShare < 0.01, "\(figures.line)")
            #expect(figures.delay < 100, "\(figures.line)")
        }
    }

    @Test("sound is repeated on a jittery path that loses much, and not into a path that is full")
    func redundancyNeedsRoom() {
        let jittery = AudioQualityFigures(
            "jittery", Path(LinkConditions(loss: 0.15, delay: .milliseconds(60), jitter: .milliseconds(30))), .all,
            seconds: 30)
        #expect(jittery.bitrate > 80, "\(jittery.line)")
        // 41.6 kbit/s of RTP are 53 with UDP and IP: with every piece sent three times, the queue would never be empty.
        let full = AudioQualityFigures(
            "full",
            Path(LinkConditions(loss: 0.15, delay: .milliseconds(25), bitsPerSecond: 70_000, queueBytes: 10_000)), .all,
            seconds: 60)
        let free = AudioQualityFigures(
            "free", Path(LinkConditions(loss: 0.15, delay: .milliseconds(25))), .all, seconds: 60)
        #expect(full.bitrate < free.bitrate * 0.75, "\(full.line)\n\(free.line)")
    }

    @Test("the table of paths", .enabled(if: AudioQualityFigures.tablePath != nil))
    func table() {
        var figures: [AudioQualityFigures] = []
        for (name, path) in Self.paths {
            for protection in AudioQualityFigures.Protection.allCases {
                figures.append(AudioQualityFigures(name, path, protection))
            }
        }
        AudioQualityFigures.publish(figures)
    }

    private static var paths: [(String, Path)] {
        let delay = Duration.milliseconds(25)
        var paths: [(String, Path)] = [("clean", Path(LinkConditions(delay: delay)))]
        for loss in [1, 2, 5, 10, 20, 30] {
            paths.append(("loss \(loss) %", Path(LinkConditions(loss: Double(loss) / 100, delay: delay))))
        }
        for (loss, burst) in [(2, 2.0), (5, 2), (5, 4), (10, 3), (20, 3), (30, 4)] {
            let conditions = LinkConditions(loss: Double(loss) / 100, lossBurst: burst, delay: delay)
            paths.append(("loss \(loss) % in bursts of \(Int(burst))", Path(conditions)))
        }
        for jitter in [10, 30, 60, 100] {
            let conditions = LinkConditions(delay: .milliseconds(25 + jitter), jitter: .milliseconds(jitter))
            paths.append(("jitter +-\(jitter) ms", Path(conditions)))
        }
        paths += [
            (
                "reordering 5 %, jitter 20 ms",
                Path(LinkConditions(delay: .milliseconds(50), jitter: .milliseconds(20), reordering: 0.05))
            ),
            (
                "loss 5 %, jitter 30 ms",
                Path(LinkConditions(loss: 0.05, delay: .milliseconds(55), jitter: .milliseconds(30)))
            ),
            (
                "loss 10 %, jitter 60 ms, overtaking",
                Path(
                    LinkConditions(
                        loss: 0.1, lossBurst: 2, delay: .milliseconds(85), jitter: .milliseconds(60), reordering: 0.02))
            ),
            ("outage of 10 s", Path(LinkConditions(delay: delay), outage: 20..<30)),
            ("drift +200 ppm", Path(LinkConditions(delay: delay, jitter: .milliseconds(5)), drift: 200)),
            ("drift -200 ppm", Path(LinkConditions(delay: delay, jitter: .milliseconds(5)), drift: -200)),
        ]
        return paths
    }
}
