import CGLib
import CGtk
import CauserieApp
import Conference
import GLibKit
import Glibc
import GtkKit
import RTC

/// Figures of calls that never were, alike each time.
enum ExampleFigures {
    static func figures(of scene: Scene) -> StatisticsFigures {
        var figures = StatisticsFigures()
        figures.name = "Ann Lee"
        guard scene != .statisticsEmpty else { return figures }
        figures.state = .connected
        figures.samples = (1...140).map { sample(Double($0), hasGap: scene == .statisticsEnded) }
        figures.quality = scene == .statisticsEnded ? nil : CallQuality(grade: .fair, cause: .jitter)
        figures.information = information
        return figures
    }

    private static func sample(_ time: Double, hasGap: Bool) -> StatisticsSample {
        var sample = StatisticsSample()
        // Slow waves, and a burst of loss after a minute and a half.
        let (wave, ripple) = (sin(time / 17), sin(time * 1.9))
        let isBurst = time > 92 && time < 104
        sample.time = time
        sample.receivedBitrate = 1_350_000 + 280_000 * wave + 60_000 * ripple - (isBurst ? 600_000 : 0)
        sample.sentBitrate = 900_000 + 90_000 * ripple - 150_000 * wave
        sample.receivedLoss = isBurst ? 0.06 + 0.02 * ripple : max(0, 0.004 * ripple)
        sample.sentLoss = isBurst ? 0.02 : 0
        sample.roundTripTime = 48 + 9 * wave + 3 * ripple
        sample.jitterBufferDelay = 62 + (isBurst ? 55 : 0) + 6 * ripple
        sample.receivedFrameRate = isBurst ? 21 + 2 * ripple : 30
        sample.sentFrameRate = 30
        sample.mouthToEar.capture = 24
        sample.mouthToEar.network = sample.roundTripTime.map { $0 / 2 }
        sample.mouthToEar.buffer = sample.jitterBufferDelay
        sample.mouthToEar.playout = 28
        (sample.mouthToEar.encode, sample.mouthToEar.queue, sample.mouthToEar.decode) = (1, 0.2, 0.4)
        (sample.cameraToScreen.capture, sample.cameraToScreen.encode, sample.cameraToScreen.queue) = (2, 7, 9)
        sample.cameraToScreen.network = sample.mouthToEar.network
        (sample.cameraToScreen.buffer, sample.cameraToScreen.decode) = (11, 5)
        sample.cpu = ["captureSeconds": 0.021, "encodeSeconds": 0.184, "decodeSeconds": 0.072, "soundSeconds": 0.013]
        if hasGap {
            sample.mouthToEar.capture = nil
            sample.receivedFrameRate = nil
            sample.sentFrameRate = nil
            if isBurst { sample.roundTripTime = nil }
        }
        return sample
    }

    /// What a call over the internet reports.
    static let report = [
        StatisticsRecord(type: "codec", id: "opus", members: ["mimeType": "audio/opus"]),
        StatisticsRecord(type: "codec", id: "vp8", members: ["mimeType": "video/VP8"]),
        StatisticsRecord(type: "inbound-rtp", id: "in-a", members: ["kind": "audio", "codecId": "opus"]),
        StatisticsRecord(type: "inbound-rtp", id: "in-v", members: ["kind": "video", "codecId": "vp8"]),
        StatisticsRecord(
            type: "local-candidate", id: "local",
            members: ["candidateType": "host", "protocol": "udp", "address": "192.168.1.20", "port": 50412]),
        StatisticsRecord(
            type: "remote-candidate", id: "remote",
            members: [
                "candidateType": "srflx", "protocol": "udp", "address": "2001:db8:85a3::8a2e:370", "port": 61822,
            ]),
        StatisticsRecord(
            type: "candidate-pair", id: "pair",
            members: ["selected": true, "localCandidateId": "local", "remoteCandidateId": "remote"]),
        StatisticsRecord(
            type: "transport", id: "transport",
            members: [
                "tlsVersion": "FEFD", "dtlsCipher": "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                "srtpCipher": "AEAD_AES_128_GCM",
            ]),
    ]

    private static var information: StreamInformation {
        var information = StreamInformation(report: report)
        information.standing = .known
        information.fingerprint = "sha-256 " + Array(repeating: "4F:A7", count: 16).joined(separator: ":")
        return information
    }
}

/// What is copied is what can be pasted.
func clipboardChecks(_ application: GObjectRef) async throws {
    let view = try StatisticsView()
    gtk_window_present(view.window.pointer())
    let statistics = StreamStatistics(
        state: .connected, setupTime: 812, endReason: nil, report: Array(ExampleFigures.report.prefix(1)))
    view.copy(StatisticsText.json(statistics), saying: "")
    let clipboard = gtk_widget_get_clipboard(view.window.pointer())
    var value = GValue()
    g_value_init(&value, CGLib_type_string())
    let content = gdk_clipboard_get_content(clipboard)
    _ = try GLibError.check { gdk_content_provider_get_value(content, &value, $0) }
    let text = g_value_get_string(&value).map { String(cString: $0) } ?? ""
    g_value_unset(&value)
    report("copied", text.split(whereSeparator: \.isWhitespace).joined())
    gtk_window_destroy(view.window.pointer())
}
