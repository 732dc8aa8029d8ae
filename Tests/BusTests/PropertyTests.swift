import Foundation
import Programs
import Testing

@Suite struct PropertyTests {
    @Test("Each property that may be changed is changed, and reads as changed")
    func change() async throws {
        let instance = try await Instance.start()
        let changes = [
            ("identifier", "Zo\u{EB} \u{1F600}"), ("outgoing", "audio"), ("incoming", "none"),
            ("incoming", "audio,video"), ("detection", "false"), ("timeout", "45"),
            ("camera", "test-pattern:320x240@15"),
            ("camera", "none"), ("microphone", "test-tone:880"), ("microphone", "none"), ("speaker", "none"),
            ("volume", "0.5"), ("videoCodec", "vp9"), ("videoWidth", "1280"), ("videoHeight", "720"),
            ("videoFramesPerSecond", "15"), ("videoBitrate", "1500000"),
            ("videoMinimumBitrate", "250000"), ("videoContentHint", "detail"), ("audioBitrate", "24000"),
            ("audioFrameDuration", "40"), ("audioForwardErrorCorrection", "false"),
            ("audioDiscontinuousTransmission", "true"), ("audioEchoCancellation", "false"),
            ("audioNoiseSuppression", "false"), ("audioGainControl", "false"), ("audioMusicMode", "true"),
        ]
        for (key, value) in changes {
            let outcome = try instance.control("set", "main", key, value)
            #expect(outcome.status == 0, "\(key): \(outcome.errors)")
            #expect(outcome.output.isEmpty && outcome.errors.isEmpty)
            #expect(try instance.get(key) == value)
        }
        #expect(instance.program.complained.isEmpty)
    }

    @Test(
        "A value that is not allowed is refused with what is, and nothing changes",
        arguments: [
            ("volume", "2.1", "0 to 2"), ("volume", "loud", "a number"), ("timeout", "0", "1 to 300"),
            ("timeout", "301", "1 to 300"), ("timeout", "4294967295", "1 to 300"),
            ("outgoing", "smell", "audio and video"),
            ("camera", "test-pattern:1x1", "16x16"), ("microphone", "test-tone:1", "20 to 20000"),
            ("videoCodec", "h264", "vp8 or vp9"), ("videoWidth", "15", "16 to 3840"),
            ("videoWidth", "641", "multiple of 2"),
            ("videoMinimumBitrate", "29999", "30000 to 800000"), ("videoMinimumBitrate", "800001", "30000 to 800000"),
            ("videoContentHint", "text", "motion or detail"), ("name", "", "needs a name"),
            ("name", "a\u{202E}b", "can be shown"), ("quality", "good", "not writable"),
            ("remoteFingerprint", "x", "not writable"),
            ("videoFramesPerSecond", "61", "1 to 60"), ("videoBitrate", "1", "30000 to 20000000"),
            ("audioFrameDuration", "30", "10, 20, 40 or 60"), ("audioBitrate", "5999", "6000 to 510000"),
            ("detection", "perhaps", "true or false"), ("state", "connected", "not writable"),
            ("remoteIdentifier", "x", "not writable"),
        ])
    func refused(key: String, value: String, mentions: String) async throws {
        let instance = try await Instance.start()
        let before = try instance.get(key)
        let outcome = try instance.control("set", "main", key, value)
        #expect(outcome.status == 1)
        #expect(outcome.output.isEmpty)
        #expect(outcome.errors.contains(mentions), "\(outcome.errors)")
        #expect(try instance.get(key) == before)
    }

    @Test("A ceiling below the floor takes the floor down with it, and both are told")
    func floorFollows() async throws {
        let instance = try await Instance.start()
        let monitor = try instance.startControl("monitor", "--json", "--properties")
        try await monitor.wait(for: "\"idle\"")
        #expect(try instance.lines("set", "main", "videoMinimumBitrate", "100000").isEmpty)
        #expect(try instance.lines("set", "main", "videoBitrate", "50000").isEmpty)
        #expect(try instance.get("videoMinimumBitrate") == "50000")
        try await monitor.wait(for: "\"videoBitrate\":50000,\"videoMinimumBitrate\":50000}")
        #expect(try instance.lines("set", "main", "videoBitrate", "900000").isEmpty)
        #expect(try instance.get("videoMinimumBitrate") == "50000")
    }

    @Test("A property that was changed over the bus can be taken back like any other change")
    func takenBack() async throws {
        let instance = try await Instance.start()
        for volume in ["0.9", "0.8"] { #expect(try instance.control("set", "main", "volume", volume).status == 0) }
        #expect(try instance.control("windows", "undo", "main").status == 0)
        #expect(try instance.get("volume") == "1")
        #expect(try instance.control("windows", "redo", "main").status == 0)
        #expect(try instance.get("volume") == "0.8")
    }

    @Test("A text that is too long or holds control characters is refused")
    func hostileTexts() async throws {
        let instance = try await Instance.start()
        for value in [
            String(repeating: "x", count: 129), "a\u{7}b", "a\nb", String(repeating: "e\u{301}", count: 5000),
        ] {
            #expect(try instance.control("set", "main", "identifier", value).status == 1)
        }
        #expect(try instance.control("set", "main", "address", String(repeating: "a", count: 300)).status == 1)
        #expect(try instance.control("connect", "main", "a\u{1}b").status == 1)
        #expect(try instance.control("list").status == 0)
    }

    @Test("Every query prints JSON when asked, and a tidy table otherwise")
    func queries() async throws {
        let instance = try await Instance.start()
        let list = try #require(try Instance.json(instance.control("list", "--json")) as? [[String: Any]])
        #expect(list.map { $0["name"] as? String } == ["main"])
        #expect(list.first?["state"] as? String == "idle")
        let described = try #require(
            try Instance.json(instance.control("describe", "main", "--json")) as? [String: Any])
        #expect(described["outgoing"] as? [String] == ["audio", "video"])
        #expect(described["timeout"] as? Int == 20)
        #expect(described["detection"] as? Bool == true)
        let got = try #require(try Instance.json(instance.control("get", "main", "volume", "--json")) as? [String: Any])
        #expect(got.count == 1 && got["volume"] as? Double == 1)
        let stats = try #require(try Instance.json(instance.control("stats", "main", "--json")) as? [String: Any])
        #expect(stats["state"] as? String == "idle")
        #expect(Set(stats.keys) == ["state", "setupTime", "endReason", "report"])
        #expect(stats["report"] is [[String: Any]])
        #expect(try Instance.json(instance.control("devices", "--json")) is [[String: Any]])
        let info = try #require(try Instance.json(instance.control("info", "--json")) as? [String: Any])
        #expect(info["profile"] as? String == "")
        #expect(info["listeningPort"] is Int)
        #expect(try instance.control("list").output.hasPrefix("STREAM  STATE"))
        #expect(try instance.control("describe", "main").output.contains("\nvolume "))
        #expect(try instance.control("stats", "main").output.hasPrefix("state "))
        #expect(try instance.control("devices").output.hasPrefix("KIND"))
    }
}
