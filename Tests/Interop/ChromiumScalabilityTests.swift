import BrowserSupport
import Media
import RTC
import Testing

@testable import Conference

/// VP9 as Debian's Chromium sends it: with temporal and spatial layers, in pictures whose size changes.
@MainActor @Suite("Chromium's layers of VP9", .serialized, .enabled(if: Browser.executable != nil))
struct ChromiumScalabilityTests {
    /// Chromium sends VP9 of a canvas whose size, layers and content can be changed, and would not make it smaller itself.
    private static let script = """
        const canvas = document.createElement('canvas');
        const context = canvas.getContext('2d');
        let count = 0;
        setInterval(() => {
          count += 1;
          context.fillStyle = `rgb(${count * 7 % 256}, ${count * 3 % 256}, 90)`;
          context.fillRect(0, 0, canvas.width, canvas.height);
          context.fillStyle = 'white';
          context.fillRect(count * 5 % canvas.width, 40, 60, 60);
        }, 50);
        const track = canvas.captureStream(20).getVideoTracks()[0];
        const transceiver = peer.addTransceiver(track, {sendEncodings: [{maxBitrate: 2000000}]});
        transceiver.setCodecPreferences(RTCRtpReceiver.getCapabilities('video').codecs
          .filter((codec) => ['video/VP9', 'video/rtx'].includes(codec.mimeType)));
        window.show = async (mode, width, height, hint) => {
          canvas.width = width; canvas.height = height; track.contentHint = hint;
          const parameters = transceiver.sender.getParameters();
          parameters.degradationPreference = 'maintain-resolution';
          parameters.encodings[0].scalabilityMode = mode;
          await transceiver.sender.setParameters(parameters);
        };
        """

    /// Waits for pictures of a width, and for so many of them.
    private func expectPictures(_ scene: PageCall, width: Double, _ name: String) async throws {
        var first: Double?
        try await scene.until("pictures of \(name)") {
            guard await scene.received("video", "frameWidth").values.contains(width) else { return false }
            let decoded = await scene.received("video", "framesDecoded").values.reduce(0, +)
            first = first ?? decoded
            return decoded >= (first ?? 0) + 10
        }
    }

    @Test("pictures with every kind of layers are shown, and go on when layers and size change in mid-call")
    func modes() async throws {
        let scene = try await PageCall.incoming(page: "{video: false}", script: Self.script)
        let steps: [(mode: String, width: Int, height: Int, hint: String)] = [
            ("L1T3", 640, 360, ""), ("L2T2_KEY", 640, 360, ""), ("L3T3", 960, 540, ""), ("L2T1h", 480, 270, ""),
            ("L1T2", 480, 270, "detail"), ("L1T2", 800, 600, "detail"),
        ]
        for step in steps {
            let name = "\(step.mode) \(step.width)x\(step.height) \(step.hint)"
            try await scene.browser.run("await show('\(step.mode)', \(step.width), \(step.height), '\(step.hint)')")
            try await expectPictures(scene, width: Double(step.width), name)
            let used = try await scene.browser.value(
                [String?].self,
                "return (await statistics()).filter((entry) => entry.type === 'outbound-rtp' && entry.kind === 'video')"
                    + ".map((entry) => entry.scalabilityMode)")
            #expect(used == [step.mode])
        }
        await scene.stop()
    }

    /// Nothing can be sent again: only key frames help against loss.
    private static let withoutRepeats = """
        const all = RTCRtpReceiver.getCapabilities('video').codecs;
        for (const one of peer.getTransceivers()) {
          if (one.sender.track.kind !== 'video') continue;
          one.setCodecPreferences(all.filter((codec) => codec.mimeType === 'video/VP9'));
          const parameters = one.sender.getParameters();
          parameters.encodings[0].scalabilityMode = 'L1T2';
          await one.sender.setParameters(parameters);
        }
        const create = peer.createOffer.bind(peer);
        peer.createOffer = async () => {
          const offer = await create();
          return {type: offer.type, sdp: offer.sdp.replace(/a=rtcp-fb:\\d+ nack\\r\\n/g, '')};
        };
        """

    @Test("either side asks for key frames of VP9 when it misses pictures, and gets them")
    func keyFrames() async throws {
        let scene = try await PageCall.incoming(
            page: "{width: 320, height: 240, rate: 15}", script: Self.withoutRepeats
        ) { _, stream in stream.video.codec = "vp9" }
        scene.stream.emulation = try #require(NetworkEmulation("loss=25%"))
        try await scene.until("requests from both sides, and what they asked for") {
            for (figure, least) in [("pliCount", 1.0), ("keyFramesDecoded", 2)] {
                let ours = await scene.received("video", figure).values.reduce(0, +)
                guard ours >= least, try await scene.pageReceived("video", figure) >= least else { return false }
            }
            return true
        }
        scene.stream.emulation = .off
        let shown = (await decoded(scene), try await scene.pageReceived("video", "framesDecoded"))
        try await scene.until("pictures on both sides") {
            guard await decoded(scene) > shown.0 + 10 else { return false }
            return try await scene.pageReceived("video", "framesDecoded") > shown.1 + 10
        }
        await scene.stop()
    }

    private func decoded(_ scene: PageCall) async -> Double {
        await scene.received("video", "framesDecoded").values.reduce(0, +)
    }
}
