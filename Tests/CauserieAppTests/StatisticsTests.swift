import Accessibility
import CauserieApp
import Conference
import Foundation
import Media
import Programs
import RTC
import Testing

@Suite("Scales and units of statistics")
struct StatisticsScaleTests {
    @Test(
        "An axis ends at a round number that holds the largest figure",
        arguments: [
            (0.0, 50.0, 60.0), (59, 50, 60), (60, 50, 60), (61, 50, 100), (1_630_000, 100_000, 2_000_000),
            (30, 30, 30), (0.06, 0.05, 0.06), (0.081, 0.05, 0.1), (123, 100, 150), (999, 1, 1000),
        ])
    func tops(_ maximum: Double, _ least: Double, _ top: Double) {
        let scale = PlotScale(holding: maximum, least: least)
        #expect(abs(scale.top - top) < top * 1e-9)
    }

    @Test("Each axis has few marks, the first at zero, none below the figures, whatever they are")
    func marks() {
        for exponent in -8...12 {
            for factor in [1.0, 1.1, 1.9, 2.3, 3.7, 5.1, 9.99] {
                let maximum = factor * pow(10, Double(exponent))
                let scale = PlotScale(holding: maximum, least: 1e-9)
                #expect((3...5).contains(scale.marks.count), "\(maximum)")
                #expect(scale.marks.first == 0)
                #expect(scale.top >= maximum * (1 - 1e-6))
                #expect(scale.top <= maximum * 2)
            }
        }
    }

    @Test("Figures that are none make an axis all the same", arguments: [0, -4, .nan, .infinity, 1e300])
    func oddities(_ maximum: Double) {
        let scale = PlotScale(holding: maximum, least: 10)
        #expect(scale.top >= 10 && scale.top.isFinite)
        #expect(scale.marks.count <= 6)
        #expect(scale.fraction(of: .nan) == 0)
        #expect(scale.fraction(of: -1) == 0)
        #expect(scale.fraction(of: .greatestFiniteMagnitude) == 1)
    }

    @Test("An axis without a least is one all the same")
    func noLeast() { #expect(PlotScale(holding: 0, least: 0).top == 1) }

    @Test(
        "Figures are written with the unit that suits them",
        arguments: [
            (FigureUnit.bitrate, 0.0, "0 kbit/s"), (.bitrate, 63_400, "63 kbit/s"), (.bitrate, 999_400, "999 kbit/s"),
            (.bitrate, 999_600, "1 Mbit/s"), (.bitrate, 1_240_000, "1.2 Mbit/s"), (.bitrate, 12_340_000, "12 Mbit/s"),
            (.share, 0, "0 %"), (.share, 0.004, "0.4 %"), (.share, 0.0996, "10 %"), (.share, 1, "100 %"),
            (.milliseconds, 48.6, "49 ms"), (.rate, 29.97, "30 fps"),
        ])
    func units(_ unit: FigureUnit, _ value: Double, _ text: String) { #expect(unit.text(value) == text) }

    @Test("For a screen reader, units are whole words")
    func spoken() {
        #expect(FigureUnit.bitrate.spoken(1_240_000) == "1.2 megabits per second")
        #expect(FigureUnit.bitrate.spoken(64_000) == "64 kilobits per second")
        #expect(FigureUnit.share.spoken(0.021) == "2.1 percent")
        #expect(FigureUnit.milliseconds.spoken(12) == "12 milliseconds")
        #expect(FigureUnit.rate.spoken(25) == "25 frames per second")
    }

    @Test("Numbers are rounded, signed and pointed as a language does; what is no number is a dash")
    func numbers() {
        #expect(DecimalText.write(1.25, places: 1, point: ",") == "1,3")
        #expect(DecimalText.write(1.04, places: 1) == "1")
        #expect(DecimalText.write(1.005, places: 2) == "1" || DecimalText.write(1.005, places: 2) == "1.01")
        #expect(DecimalText.write(3.07, places: 2) == "3.07")
        #expect(DecimalText.write(-2.5, places: 1) == "−2.5")
        #expect(DecimalText.write(-0.01, places: 1) == "0")
        for value in [Double.nan, .infinity, 1e300] { #expect(DecimalText.write(value, places: 1) == "–") }
    }

    @Test("Spans of time are minutes and seconds")
    func spans() {
        #expect(SpanText.ago(60) == "−1:00")
        #expect(SpanText.ago(95) == "−1:35")
        #expect(SpanText.ago(8) == "−0:08")
    }
}

@Suite("What statistics say")
struct StatisticsContentsTests {
    private func samples(_ count: Int, _ change: (inout StatisticsSample, Int) -> Void = { _, _ in })
        -> [StatisticsSample]
    {
        (1...count).map { index in
            var sample = StatisticsSample()
            sample.time = Double(index)
            sample.receivedBitrate = 1_200_000
            sample.sentBitrate = 300_000
            change(&sample, index)
            return sample
        }
    }

    @Test("Lines are not drawn through what was not measured")
    func gaps() {
        let series = StatisticsSeries("", samples(10) { $0.roundTripTime = $1 == 4 ? nil : 20 }, \.roundTripTime)
        #expect(series.stretches.map(\.count) == [3, 6])
        #expect(series.current == 20)
        #expect(StatisticsSeries("", samples(3), \.glassToGlass).isEmpty)
    }

    @Test("At least one minute is shown and at most three, in steps")
    func spans() {
        let span = { (count: Int) in PlotContents.all(samples(count)).first?.span }
        #expect(span(1) == 60)
        #expect(span(61) == 60)
        #expect(span(62) == 90)
        #expect(span(180) == 180)
        #expect(span(400) == 180)
        #expect(PlotContents.all([]).first?.span == 60)
    }

    @Test("The newest figure stands at the right edge, nothing left of the axis")
    func layout() throws {
        let contents = try #require(PlotContents.all(samples(100)).first)
        let layout = PlotLayout(width: 300, height: 120, labelWidth: 52, labelHeight: 14, contents: contents)
        let points = layout.points(try #require(contents.series.first?.stretches.first))
        #expect(points.last?.x == layout.right)
        #expect(points.allSatisfy { $0.x >= layout.left && $0.y >= layout.top && $0.y <= layout.bottom })
        let tiny = PlotLayout(width: 3, height: 2, labelWidth: 52, labelHeight: 14, contents: contents)
        #expect(tiny.right >= tiny.left && tiny.bottom >= tiny.top)
    }

    @Test("A plot says in words what it shows")
    func spoken() throws {
        let plots = PlotContents.all(samples(3))
        #expect(
            plots.first?.spoken == "Bitrate: Received 1.2 megabits per second, Sent 300 kilobits per second")
        #expect(plots.first { $0.title == "Frame Rate" }?.spoken == "Frame Rate: No video")
        let one = PlotContents.all(samples(3) { sample, _ in sample.receivedFrameRate = 30 })
        #expect(
            one.first { $0.title == "Frame Rate" }?.spoken
                == "Frame Rate: Received 30 frames per second, Sent No video")
    }

    @Test("Mouth to ear is the sum of its parts, or more than those that are known")
    func delay() {
        var delay = StageDelays()
        #expect(DelayParts(delay).total == "Not measured")
        #expect(DelayParts(delay).ranges.allSatisfy { $0.lowerBound == $0.upperBound })
        (delay.network, delay.buffer) = (20.4, 60.4)
        #expect(DelayParts(delay).total == "over 80 ms")
        #expect(DelayParts(delay).ranges == [0...0, 0...0.25, 0.25...1, 1...1])
        (delay.capture, delay.playout) = (10, 30)
        #expect(DelayParts(delay).total == "120 ms")
        #expect(DelayParts(delay).spoken.hasPrefix("Mouth to Ear: 120 milliseconds, Capture 10 milliseconds"))
        (delay.encode, delay.queue, delay.decode) = (2, 1, 4)
        #expect(DelayParts(delay).parts.map(\.delay) == [13, 20, 60, 34])
    }

    @Test("Each stage has a line for what is known of sound and picture")
    func stages() {
        var (sound, picture) = (StageDelays(), StageDelays())
        #expect(DelayText.lines(sound: sound, picture: picture).isEmpty)
        (sound.capture, picture.capture, picture.encode, sound.playout) = (25, 3, 6, 17)
        let lines = DelayText.lines(sound: sound, picture: picture)
        #expect(lines.map(\.title) == ["Capture", "Encoding", "Playback"])
        #expect(lines.map(\.text) == ["Sound 25 ms, picture 3 ms", "Picture 6 ms", "Sound 17 ms"])
    }

    @Test("Path, codecs, encryption and identity are told in words")
    func information() {
        var information = StreamInformation(report: [
            StatisticsRecord(type: "codec", id: "c", members: ["mimeType": "audio/opus"]),
            StatisticsRecord(type: "codec", id: "8", members: ["mimeType": "video/VP8"]),
            StatisticsRecord(type: "codec", id: "9", members: ["mimeType": "video/VP9"]),
            StatisticsRecord(type: "inbound-rtp", id: "i", members: ["kind": "audio", "codecId": "c"]),
            StatisticsRecord(type: "outbound-rtp", id: "o", members: ["kind": "video", "codecId": "8"]),
            StatisticsRecord(type: "inbound-rtp", id: "v", members: ["kind": "video", "codecId": "9"]),
            StatisticsRecord(
                type: "local-candidate", id: "l",
                members: ["candidateType": "host", "protocol": "udp", "address": "192.0.2.1", "port": 5000]),
            StatisticsRecord(
                type: "remote-candidate", id: "r",
                members: ["candidateType": "relay", "protocol": "udp", "address": "2001:db8::1", "port": 6000]),
            StatisticsRecord(
                type: "candidate-pair", id: "p",
                members: ["selected": true, "localCandidateId": "l", "remoteCandidateId": "r"]),
            StatisticsRecord(
                type: "transport", id: "t", members: ["tlsVersion": "FEFD", "srtpCipher": "AEAD_AES_128_GCM"]),
        ])
        information.standing = .firstContact
        let lines = Dictionary(InformationText.lines(information).map { ($0.title, $0.text) }) { first, _ in first }
        #expect(lines["Codec"] == "Opus for sound, VP8 out and VP9 in for video")
        #expect(lines["Path"] == "Through a relay")
        #expect(lines["This Computer"] == "192.0.2.1:5000 over UDP, own address (host)")
        #expect(lines["Other Side"] == "[2001:db8::1]:6000 over UDP, address of a relay (relay)")
        #expect(lines["Encryption"] == "DTLS 1.2, AEAD_AES_128_GCM")
        #expect(lines["Identity"]?.hasPrefix("Not verified") == true)
        #expect(InformationText.lines(StreamInformation(report: [])).isEmpty)
    }

    @Test("Stages of the processor have names, also one that is new")
    func processor() {
        let lines = ProcessorText.lines(["encodeSeconds": 0.5, "captureSeconds": 0.01, "newSeconds": 0])
        #expect(lines.map(\.title) == ["Camera", "Compressing video", "new"])
        #expect(lines.map(\.text) == ["1 %", "50 %", "0 %"])
    }

    @Test("The text to copy has a line for each figure")
    func text() {
        var figures = StatisticsFigures()
        figures.name = "Ann"
        figures.samples = samples(3)
        figures.quality = CallQuality(grade: .poor, cause: .delay)
        let lines = StatisticsText.text(figures).split(separator: "\n")
        #expect(lines.first == "Call: Ann")
        #expect(
            lines.dropFirst().first
                == "Quality: Poor connection: The network takes long from one side to the other.")
        #expect(lines.contains("Bitrate, Received: 1.2 Mbit/s"))
        #expect(lines.contains("Glass to Glass: –"))
    }

    @Test("The JSON to copy has the members of causeriectl stats --json")
    func json() throws {
        let record = StatisticsRecord(
            type: "transport", id: "t",
            members: [
                "bytes": 5, "lost": .number(.nan), "dtlsState": "connected", "encrypted": .flag(true),
                "shares": .record(["a": 0.5]),
            ])
        let text = StatisticsText.json(
            StreamStatistics(state: .connected, setupTime: nil, endReason: nil, report: [record]))
        let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(Set(object.keys) == ["state", "setupTime", "endReason", "report"])
        #expect(object["state"] as? String == "connected")
        let report = try #require(object["report"] as? [[String: Any]])
        #expect(report.first?["type"] as? String == "transport")
        #expect(report.first?["bytes"] as? Int == 5)
        #expect(report.first?["lost"] is NSNull)
        #expect(report.first?["id"] as? String == "t")
        #expect(report.first?["dtlsState"] as? String == "connected")
        #expect(report.first?["encrypted"] as? Bool == true)
        #expect(report.first?["shares"] as? [String: Double] == ["a": 0.5])
        #expect(object["setupTime"] is NSNull && object["endReason"] is NSNull)
    }

    @Test("A call that is over is said to be, with its last figures")
    func over() {
        var figures = StatisticsFigures()
        #expect(figures.isEmpty)
        figures.samples = samples(2)
        #expect(figures.verdict.word == "The call is over")
        figures.quality = CallQuality()
        #expect(figures.verdict.word == "Good connection")
    }
}

@Suite("The quality on a pane")
struct QualityMarkTests {
    private func shown(_ quality: CallQuality?, _ state: StreamState = .connected) -> PanePresentation {
        var call = CallSituation()
        call.state = state
        call.quality = quality
        return PanePresentation(call, reachability: "")
    }

    @Test("Each grade has a symbol of its own and a word", arguments: CallQuality.Grade.allCases)
    func grades(_ grade: CallQuality.Grade) {
        let mark = QualityMark(CallQuality(grade: grade))
        let file = Scenes.root.appendingPathComponent("resources/icons/\(mark.icon).svg")
        #expect(FileManager.default.fileExists(atPath: file.path))
        #expect(!mark.word.isEmpty && mark.words.hasSuffix("connection"))
        let others = CallQuality.Grade.allCases.filter { $0 != grade }
        #expect(others.allSatisfy { QualityMark(CallQuality(grade: $0)).icon != mark.icon })
    }

    @Test("Poor quality is said in a line over the picture; fair is left to the mark")
    func notice() {
        let sentence = "Part of what the other side sends is lost on the way."
        let poor = shown(CallQuality(grade: .poor, cause: .receivedLoss))
        #expect(poor.notices == [PanePresentation.Notice(sentence, isWarning: true)])
        #expect(poor.quality?.sentence == "Poor connection: " + sentence)
        let fair = shown(CallQuality(grade: .fair, cause: .receivedLoss))
        #expect(fair.notices.isEmpty)
        #expect(fair.quality?.cause == sentence)
    }

    @Test("Without a call there is no mark")
    func none() {
        #expect(shown(nil).quality == nil)
        #expect(shown(CallQuality(), .ended(.localHangUp)).quality == nil)
        #expect(shown(CallQuality(grade: .poor, cause: .silence), .idle).notices.isEmpty)
    }
}
