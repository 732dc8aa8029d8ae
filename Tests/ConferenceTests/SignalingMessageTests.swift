import RTC
import Testing

@testable import Conference

@Suite("Signalling messages") struct SignalingMessageTests {
    private static let sdp = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\n"

    @Test(
        "each message reads as it was written",
        arguments: [
            SignalingMessage.videoOffer(name: "Zo\u{EB} \u{1F600}", sdp: sdp), .videoAnswer(name: "", sdp: sdp),
            .newICECandidate(
                TrickledCandidate(
                    candidate: "candidate:1 1 udp 1 192.0.2.1 5000 typ host", mid: "0", mLineIndex: 0,
                    usernameFragment: "abcd")),
            .newICECandidate(TrickledCandidate(candidate: "", mid: nil, mLineIndex: nil, usernameFragment: nil)),
            .hangUp(.unspecified), .hangUp(.mediaFailed), .hangUp(.identityChanged), .ringing(name: "Bob"),
            .reject(.failed),
            .reject(.busy), .reject(.declined), .reject(.timeout),
            .reject(.incompatible),
            .stream(StreamNotice(identifier: "Ann", outgoing: .all, incoming: .audio, stopped: .video)),
            .stream(StreamNotice(identifier: "Ann", outgoing: .all, incoming: .all, stopped: .all, isOnHold: true)),
            .stream(StreamNotice(identifier: "", outgoing: [], incoming: [], stopped: [])),
            .delivery(.resume), .delivery(.resumed), .delivery(.received),
        ])
    func roundTrip(message: SignalingMessage) throws {
        #expect(try SignalingMessage(parsing: message.frame()) == message)
    }

    @Test("messages of MDN's sample are understood, fields that are not ours passed over")
    func sample() throws {
        let offer =
            #"{"name":"ann","target":"bob","type":"video-offer","sdp":{"type":"offer","sdp":"v=0\r\n"},"x":[1]}"#
        #expect(try SignalingMessage(parsing: offer.utf8) == .videoOffer(name: "ann", sdp: "v=0\r\n"))
        let candidate = """
            {"type":"new-ice-candidate","target":"bob","candidate":{"candidate":"candidate:1 1 udp 1 a.local 9 typ host",\
            "sdpMid":"0","sdpMLineIndex":0,"usernameFragment":"x"}}
            """
        guard case .newICECandidate(let trickled) = try SignalingMessage(parsing: candidate.utf8) else {
            Issue.record("not a candidate")
            return
        }
        #expect(trickled.candidate.hasPrefix("candidate:1 1 udp 1 a.local"))
        #expect(
            try SignalingMessage(parsing: #"{"type":"hang-up","name":"ann","target":"bob"}"#.utf8)
                == .hangUp(.unspecified))
    }

    @Test("types of a later version are ignored, whatever their fields are")
    func unknownTypes() throws {
        for text in [
            #"{"type":"file-offer","sdp":5,"name":[]}"#, #"{"type":"userlist","users":["a"]}"#, #"{"type":""}"#,
        ] {
            #expect(try SignalingMessage(parsing: text.utf8) == .unknown)
        }
        #expect(try SignalingMessage.unknown.frame().isEmpty)
    }

    @Test("a reason of a later version is a refusal all the same")
    func unknownReason() throws {
        #expect(try SignalingMessage(parsing: #"{"type":"reject","reason":"asleep"}"#.utf8) == .reject(.declined))
        #expect(
            try SignalingMessage(parsing: #"{"type":"hang-up","reason":"bored"}"#.utf8) == .hangUp(.unspecified))
    }

    @Test(
        "what is not of the protocol is refused",
        arguments: [
            "", "x", "{}", "[]", "null", "5", #""video-offer""#, #"{"type":5}"#, #"{"type":null}"#,
            #"{"type":"video-offer"}"#, #"{"type":"video-offer","sdp":"v=0"}"#,
            #"{"type":"video-offer","sdp":{"type":"answer","sdp":"v=0"}}"#,
            #"{"type":"video-offer","sdp":{"type":"offer","sdp":""}}"#,
            #"{"type":"video-offer","sdp":{"type":"offer","sdp":"v=0\u0000"}}"#,
            #"{"type":"video-offer","name":"a\nb","sdp":{"type":"offer","sdp":"v=0"}}"#,
            #"{"type":"video-offer","name":"a\u202Eb","sdp":{"type":"offer","sdp":"v=0"}}"#,
            #"{"type":"video-offer","name":7,"sdp":{"type":"offer","sdp":"v=0"}}"#,
            #"{"type":"ringing","name":"a\u0007"}"#,
            #"{"type":"new-ice-candidate","candidate":{"candidate":"candidate:1\r\na=x"}}"#,
            #"{"type":"new-ice-candidate","candidate":{"candidate":"c","sdpMLineIndex":-1}}"#,
            #"{"type":"new-ice-candidate","candidate":{"candidate":"c","sdpMLineIndex":1e99}}"#,
            #"{"type":"new-ice-candidate","candidate":7}"#,
            #"{"type":"stream","identifier":"a\rb"}"#, #"{"type":"stream","outgoing":"audio"}"#,
            #"{"type":"hang-up""#,
        ])
    func refused(text: String) {
        #expect(throws: SignalingError.self) { try SignalingMessage(parsing: text.utf8) }
    }

    /// Every text of every message; `@` is where something is put in.
    private static let texts = [
        #"{"type":"video-offer","name":"@","sdp":{"type":"offer","sdp":"v=0"}}"#,
        #"{"type":"video-answer","name":"@","sdp":{"type":"answer","sdp":"v=0"}}"#,
        #"{"type":"video-offer@","sdp":{"type":"offer","sdp":"v=0"}}"#,
        #"{"type":"video-offer","sdp":{"type":"offer@","sdp":"v=0"}}"#,
        #"{"type":"new-ice-candidate","candidate":{"candidate":"candidate:1 1 udp 1 192.0.2.1 9 typ host@"}}"#,
        #"{"type":"new-ice-candidate","candidate":{"candidate":"candidate:1 1 udp 1 a@.local 9 typ host"}}"#,
        #"{"type":"new-ice-candidate","candidate":{"candidate":"","sdpMid":"0@"}}"#,
        #"{"type":"new-ice-candidate","candidate":{"candidate":"","usernameFragment":"abcd@"}}"#,
        #"{"type":"hang-up","name":"@","target":"bob"}"#, #"{"type":"hang-up","name":"ann","target":"@"}"#,
        #"{"type":"hang-up","call":"a@b"}"#, #"{"type":"ringing","name":"a@"}"#,
        #"{"type":"reject","reason":"busy@"}"#, #"{"type":"reject","reason":"@"}"#,
        #"{"type":"stream","identifier":"Ann@"}"#, #"{"type":"stream","name":"Ann@"}"#,
        #"{"type":"stream","identifier":"Ann","outgoing":["audio@"],"incoming":["@"],"stopped":["@video"]}"#,
        #"{"type":"presence","status":"free@"}"#, #"{"type":"presence","name":"@"}"#,
        #"{"type":"resume@","call":"a"}"#, #"{"type":"resume","call":"@"}"#,
    ]

    @Test("a line break, of whatever kind, in any text of any message gets no further", arguments: texts)
    func lineBreaks(text: String) {
        for inserted in [
            #"\r\n"#, #"\n"#, #"\r"#, #"\u000b"#, #"\u000c"#, #"\u0085"#, #"\u2028"#, #"\u2029"#, #"\u0000"#,
            #"\u001b[2J"#,
            #"\r\na=fingerprint:sha-256 00"#,
        ] {
            let frame = text.replacing("@", with: inserted)
            guard let envelope = try? SignalingEnvelope(parsing: Array(frame.utf8)) else { continue }
            // What was read has none of it: unknown words count as not said.
            var told = ""
            dump(envelope, to: &told)
            let isClean =
                !told.contains("\\") && !told.contains("fingerprint") && !told.contains("[2J")
                && told.unicodeScalars.allSatisfy { $0 == "\n" || SignalingText.isShown($0) }
            #expect(isClean, "\(frame): \(told)")
        }
    }

    @Test("long names, long candidates, deep nesting, broken UTF-8 and large frames are refused")
    func hostile() {
        let long = String(repeating: "a", count: 129)
        let combining = "e" + String(repeating: "\u{301}", count: 5000)
        let frames: [[UInt8]] = [
            Array(#"{"type":"ringing","name":"\#(long)"}"#.utf8),
            Array(#"{"type":"ringing","name":"\#(combining)"}"#.utf8),
            Array(
                #"{"type":"new-ice-candidate","candidate":{"candidate":"\#(String(repeating: "a", count: 1025))"}}"#
                    .utf8),
            Array((String(repeating: "[", count: 100_000)).utf8),
            Array((#"{"type":"ringing","x":"# + String(repeating: "[", count: 50_000)).utf8),
            Array(#"{"type":"ringing","name":""#.utf8) + [0xFF, 0xC0, 0x80] + Array(#""}"#.utf8),
            [UInt8](repeating: 0x20, count: SignalingMessage.frameLimit + 1),
        ]
        for frame in frames {
            #expect(throws: SignalingError.self) { try SignalingMessage(parsing: frame) }
        }
    }

    @Test("every cut of a message is refused or read, never a crash")
    func cuts() throws {
        let whole = try SignalingMessage.videoOffer(name: "Zo\u{EB}", sdp: Self.sdp).frame()
        for length in 0..<whole.count {
            #expect(throws: SignalingError.self) { try SignalingMessage(parsing: whole.prefix(length)) }
        }
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            var damaged = whole
            for _ in 0..<3 {
                damaged[Int.random(in: 0..<damaged.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            _ = try? SignalingMessage(parsing: damaged)
        }
    }

    @Test("a name is made fit to travel, and stays when it is")
    func names() {
        #expect(SignalingText.name("Ann\r\n\u{202E}!") == "Ann!")
        #expect(SignalingText.name("Zo\u{EB} \u{1F600}") == "Zo\u{EB} \u{1F600}")
        let combining = "e" + String(repeating: "\u{301}", count: 5000)
        for text in [
            combining, String(repeating: "\u{1F468}\u{200D}\u{1F469}", count: 500), String(repeating: "x", count: 999),
        ] {
            #expect(SignalingText.isName(SignalingText.name(text)))
        }
    }

    @Test("a message larger than a frame is not sent")
    func tooLarge() {
        let sdp = String(repeating: "a", count: SignalingMessage.frameLimit)
        #expect(throws: SignalingError.self) { try SignalingMessage.videoOffer(name: "", sdp: sdp).frame() }
    }
}
