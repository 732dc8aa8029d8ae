import BrowserSupport
import Foundation
import Instances
import Programs

/// What one sender spends on several correspondents who all get the same picture and sound.
struct MeshFigures {
    /// CPU seconds a second, and PSS in MB, of the sender alone.
    var cpu: Double
    var megabytes: Double
    /// Encoders that run for it; nil where that cannot be seen.
    var encoders: Double?
    /// Pictures a second that the correspondents decode, on average.
    var framesPerSecond: Double
}

/// One instance that calls several others from one window, each from a stream of its own.
enum InstanceMesh {
    static func measure(_ shape: CallShape, correspondents: Int, seconds: Double) async throws -> MeshFigures {
        let bus = try await PrivateBus.start()
        let pattern = "test-pattern:\(shape.width)x\(shape.height)@\(shape.framesPerSecond)"
        let sender = try await HeadlessInstance.start(
            "mesh-sender", on: bus, options: ["--camera", pattern, "--microphone", "test-tone", "--speaker", "none"])
        var receivers: [HeadlessInstance] = []
        for number in 1...correspondents {
            let receiver = try await HeadlessInstance.start(
                "mesh-receiver-\(number)", on: bus,
                options: ["--camera", "none", "--microphone", "none", "--speaker", "none", "--auto-accept"])
            receivers.append(receiver)
            let stream = number == 1 ? "main" : "stream \(number)"
            if number > 1 { try sender.must("streams", "add", stream) }
            for (key, value) in [
                ("width", shape.width), ("height", shape.height), ("framesPerSecond", shape.framesPerSecond),
                ("bitrate", shape.bitrate),
            ] {
                try sender.must("set", stream, "video.\(key)", String(value))
            }
            try sender.must("connect", stream, receiver.address, "--wait")
        }
        try await Task.sleep(for: .seconds(5))
        let before = ProcessUsage.of(tree: sender.program.processIdentifier)
        let framesBefore = try receivers.map { try $0.statistics().number("inbound-rtp", "video", "framesDecoded") }
        try await Task.sleep(for: .seconds(seconds))
        let after = ProcessUsage.of(tree: sender.program.processIdentifier)
        let frames = try receivers.map { try $0.statistics().number("inbound-rtp", "video", "framesDecoded") }
        let decoded = zip(frames, framesBefore).map { ($0 - $1) / seconds }
        return MeshFigures(
            cpu: (after.cpuSeconds - before.cpuSeconds) / seconds, megabytes: after.megabytes,
            encoders: try sender.statistics().number("cpu", nil, "encoders"),
            framesPerSecond: decoded.reduce(0, +) / Double(decoded.count))
    }
}

/// The same in Chromium: a page with a peer connection for each correspondent, who are all in another browser.
enum BrowserMesh {
    private static let functions = """
        window.gathered = (peer) => new Promise((done) => {
          if (peer.iceGatheringState === "complete") return done();
          peer.onicegatheringstatechange = () => { if (peer.iceGatheringState === "complete") done(); };
        });
        window.peers = [];
        window.frames = async () => {
          let sum = 0;
          for (const peer of window.peers)
            (await peer.getStats()).forEach((entry) => {
              if (entry.type === "inbound-rtp" && entry.kind === "video") sum += entry.framesDecoded || 0;
            });
          return sum;
        };
        """

    static func measure(_ shape: CallShape, correspondents: Int, seconds: Double) async throws -> MeshFigures {
        let sender = try await Browser.start()
        let receivers = try await Browser.start()
        for side in [sender, receivers] { try await side.run(functions) }
        try await sender.run(
            """
            window.stream = await navigator.mediaDevices.getUserMedia({audio: true, video: {
              width: \(shape.width), height: \(shape.height), frameRate: \(shape.framesPerSecond)}});
            """)
        for _ in 0..<correspondents { try await connect(sender, receivers, shape) }
        try await Task.sleep(for: .seconds(10))
        let before = ProcessUsage.of(tree: sender.processIdentifier)
        let framesBefore = try await receivers.value(Double.self, "return await frames()")
        try await Task.sleep(for: .seconds(seconds))
        let after = ProcessUsage.of(tree: sender.processIdentifier)
        let frames = try await receivers.value(Double.self, "return await frames()")
        await sender.stop()
        await receivers.stop()
        return MeshFigures(
            cpu: (after.cpuSeconds - before.cpuSeconds) / seconds, megabytes: after.megabytes, encoders: nil,
            framesPerSecond: (frames - framesBefore) / seconds / Double(correspondents))
    }

    private static func connect(_ sender: Browser, _ receivers: Browser, _ shape: CallShape) async throws {
        let offer = try await sender.run(
            """
            const peer = new RTCPeerConnection();
            for (const track of stream.getTracks()) peer.addTrack(track, stream);
            await peer.setLocalDescription(await peer.createOffer());
            await gathered(peer);
            peers.push(peer);
            return peer.localDescription;
            """)
        let answer = try await receivers.run(
            """
            const peer = new RTCPeerConnection();
            peer.ontrack = (event) => {
              const view = document.createElement(event.track.kind);
              view.autoplay = true; view.muted = true;
              view.srcObject = new MediaStream([event.track]);
              document.body.append(view);
            };
            await peer.setRemoteDescription(\(offer));
            await peer.setLocalDescription(await peer.createAnswer());
            await gathered(peer);
            peers.push(peer);
            return peer.localDescription;
            """)
        try await sender.run(
            """
            const peer = peers[peers.length - 1];
            await peer.setRemoteDescription(\(answer));
            for (const one of peer.getSenders()) {
              if (one.track.kind !== "video") continue;
              const parameters = one.getParameters();
              for (const encoding of parameters.encodings) encoding.maxBitrate = \(shape.bitrate);
              await one.setParameters(parameters);
            }
            """)
    }
}
