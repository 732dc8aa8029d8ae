import RTC
import TestSupport
import Wire

/// Two peer connections in virtual time over a simulated network, with a signalling channel that takes 10 ms.
final class SimulatedCall {
    /// One side and what it has told so far.
    final class Side {
        let peer: PeerConnection
        let address: TransportAddress
        var audio: [ReceivedAudio] = []
        var video: [ReceivedVideoFrame] = []
        /// By section, in order of time.
        var pictures: [String: [ReceivedVideoFrame]] = [:]
        var keyFramesRequested = 0
        var states: [PeerConnectionState] = []
        var channelEvents: [DataChannelEvent] = []
        var candidates: [TrickledCandidate] = []
        /// Sections whose next picture has to be a key frame.
        var keyFrameWishes: Set<String> = []
        /// What its encoder is asked for, bit/s.
        var videoTarget = 300_000

        init(peer: PeerConnection, address: TransportAddress) {
            self.peer = peer
            self.address = address
        }
    }

    let caller: Side
    let called: Side
    var network: SimulatedNetwork
    private(set) var now = Instant.zero
    /// Whether candidates travel at all; without them only what the descriptions carry is known.
    var trickles = true
    private var nextAudio = Instant.zero
    private var nextVideo = Instant.zero
    private var videoCount = 0
    var sendsMedia = false

    init(seed: UInt64, conditions: LinkConditions = .localNetwork) throws {
        network = SimulatedNetwork(seed: seed, conditions: conditions)
        caller = try Self.makeSide(seed: seed &+ 1, host: 1, isPolite: false)
        called = try Self.makeSide(seed: seed &+ 2, host: 2, isPolite: true)
    }

    private static func makeSide(seed: UInt64, host: UInt32, isPolite: Bool) throws -> Side {
        let certificate = try DTLSCertificate.generate(commonName: "test", secondsSince1970: 1_700_000_000)
        let configuration = PeerConnectionConfiguration(
            certificate: certificate, isPolite: isPolite, ntpAtZero: 3_900_000_000 << 32, random: .seeded(seed))
        let peer = try PeerConnection(configuration: configuration, at: .zero)
        let address = TransportAddress(.v4(0x0A00_0000 | host), port: 5000)
        peer.addLocalHost(address, at: .zero)
        peer.endOfLocalHosts(at: .zero)
        return Side(peer: peer, address: address)
    }

    /// Offer, answer, both descriptions applied; each step 10 ms after the one before.
    ///
    /// - Parameter mirrors: whether the answerer sends whatever it is offered, too.
    func negotiate(from offerer: Side, to answerer: Side, mirrors: Bool = true) throws {
        let offer = try offerer.peer.setLocalDescription(.offer, at: now)
        run(for: .milliseconds(10))
        try answerer.peer.setRemoteDescription(.offer, offer, at: now)
        if mirrors {
            for transceiver in answerer.peer.transceivers {
                answerer.peer.setDirection(.sendrecv, index: transceiver.index)
            }
        }
        let answer = try answerer.peer.setLocalDescription(.answer, at: now)
        run(for: .milliseconds(10))
        try offerer.peer.setRemoteDescription(.answer, answer, at: now)
    }

    /// A call with sound and picture both ways, negotiated.
    func connect(data: Bool = false) throws {
        caller.peer.addTransceiver(.audio, direction: .sendrecv)
        caller.peer.addTransceiver(.video, direction: .sendrecv)
        if data { caller.peer.addDataSection() }
        try negotiate(from: caller, to: called)
    }

    /// Lets virtual time pass. Media, when it is sent, goes both ways: 20 ms of sound, 30 pictures a second.
    func run(for duration: Duration) {
        let end = now + duration
        drain()
        while true {
            var next = earliest(caller.peer.nextTimeout, called.peer.nextTimeout)
            next = earliest(next, network.nextArrival)
            if sendsMedia { next = earliest(next, min(nextAudio, nextVideo)) }
            guard let next, next <= end else { break }
            now = max(now, next)
            step()
        }
        now = end
    }

    private func step() {
        while let datagram = network.receive(at: now) {
            for side in [caller, called] where side.address == datagram.destination {
                side.peer.receive(datagram.bytes, from: datagram.source, to: datagram.destination, at: now)
            }
            drain()
        }
        if sendsMedia { sendDueMedia() }
        caller.peer.handleTimeout(at: now)
        called.peer.handleTimeout(at: now)
        drain()
    }

    private func sendDueMedia() {
        if nextAudio <= now {
            nextAudio = max(nextAudio, now - .milliseconds(20)) + .milliseconds(20)
            for side in [caller, called] {
                guard let mid = side.peer.mid(of: .audio) else { continue }
                side.peer.sendAudio(
                    mid: mid, payload: [UInt8](repeating: 7, count: 80), sampleCount: 960, captureTime: now, level: 30,
                    voiceActivity: true, at: now)
            }
        }
        if nextVideo <= now {
            nextVideo = max(nextVideo, now - .milliseconds(33)) + .milliseconds(33)
            videoCount += 1
            for side in [caller, called] {
                for transceiver in side.peer.transceivers where transceiver.kind == .video {
                    guard let mid = transceiver.mid, transceiver.currentDirection?.sends == true else { continue }
                    sendPicture(of: side, mid: mid)
                }
            }
        }
    }

    private func sendPicture(of side: Side, mid: String) {
        let isKeyFrame = side.keyFrameWishes.remove(mid) != nil
        let target = side.peer.videoTargetBitrate(mid: mid) ?? side.videoTarget
        side.peer.sendVideo(
            mid: mid, frame: Self.picture(number: videoCount, isKeyFrame: isKeyFrame, target: target),
            isKeyFrame: isKeyFrame, captureTime: now, at: now)
    }

    /// Bytes that look like VP8: the lowest bit of the first says whether it is a key frame.
    private static func picture(number: Int, isKeyFrame: Bool, target: Int) -> [UInt8] {
        let byteCount = min(max(target / 8 / 30, 200), 3000)
        var bytes = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: isKeyFrame ? byteCount * 4 : byteCount)
        bytes[0] = isKeyFrame ? 0x10 : 0x11
        return bytes
    }

    private func drain() {
        for side in [caller, called] {
            while let transmit = side.peer.pollTransmit(at: now) {
                guard case .direct(let local, let remote) = transmit.destination else { continue }
                network.send(transmit.bytes, from: local, to: remote, at: now)
            }
            while let event = side.peer.pollEvent() { take(event, on: side) }
        }
    }

    private func take(_ event: PeerConnectionEvent, on side: Side) {
        switch event {
        case .localCandidate(let candidate):
            side.candidates.append(candidate)
            if trickles { try? (side === caller ? called : caller).peer.addICECandidate(candidate, at: now) }
        case .connectionStateChanged(let state): side.states.append(state)
        case .audio(_, let audio): side.audio.append(audio)
        case .video(let mid, let frame):
            side.video.append(frame)
            side.pictures[mid, default: []].append(frame)
        case .keyFrameRequested(let mid):
            side.keyFramesRequested += 1
            side.keyFrameWishes.insert(mid)
        case .dataChannel(let event): side.channelEvents.append(event)
        case .targetBitrateChanged(let video, _): side.videoTarget = video
        case .endOfCandidates, .restartNeeded, .mediaReady, .negotiated, .resolve, .lossReported, .videoSuspended,
            .videoHeld, .bye:
            break
        }
    }
}
