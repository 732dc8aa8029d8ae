import BrowserSupport
import Foundation
import Logging
import NIOPosix
import Programs
import RTC
import Synchronization
import Testing
import Transport
import Wire

@testable import Conference

/// A call with Chromium in which both sides may use nothing but coturn.
@Suite("Chromium through a relay", .serialized, .enabled(if: Browser.executable != nil && Coturn.isInstalled))
struct ChromiumRelayTests {
    @Test("sound goes both ways through the relays alone, also after a restart from either side")
    func relayOnly() async throws {
        // A machine without a network has nothing to relay to.
        guard let server = try RelayServer(.named("ann", password: "secret")) else { return }
        let browser = try await Browser.start()
        let side = try await Side.open(relay: server.uri, browser: browser)
        try await browser.run(
            """
            await startPeer({video: false, data: false, iceTransportPolicy: "relay", iceServers: [
              {urls: "\(server.uri)", username: "ann", credential: "secret"}]});
            await call()
            """)
        try await side.answer()
        try await side.expectSound()
        try await browser.run("peer.restartIce(); await call()")
        try await side.answer()
        try await side.expectSound()
        try await side.restart()
        try await side.expectSound()
        let pairs = try await browser.value(
            [String].self,
            """
            return (await statistics()).filter((each) => each.type === "local-candidate" || each.type === "remote-candidate")
              .map((each) => each.candidateType)
            """)
        #expect(!pairs.isEmpty && pairs.allSatisfy { $0 == "relay" || $0 == "prflx" })
        await side.close()
        await browser.stop()
        withExtendedLifetime(server) {}
    }

    @Test("one of the two may use nothing but the relay: the call goes through it", arguments: [true, false])
    @MainActor func oneRelayOnly(isOurs: Bool) async throws {
        guard let server = try RelayServer(.named("ann", password: "secret")) else { return }
        let scene: PageCall
        if isOurs {
            let settings = NetworkSettings(servers: [server.uri], user: "ann", password: "secret", relayOnly: true)
            scene = try await PageCall.outgoing(at: server.address) { conference, _ in
                try? conference.configure(settings)
            }
        } else {
            scene = try await PageCall.incoming(
                page: """
                    {iceTransportPolicy: "relay", iceServers: [
                      {urls: "\(server.uri)", username: "ann", credential: "secret"}]}
                    """)
        }
        try await scene.expectMedia()
        let report = await scene.stream.statistics().report
        let pair = report.first { $0.type == "candidate-pair" && $0["selected"] == .flag(true) }
        let used = [pair?["localCandidateId"], pair?["remoteCandidateId"]].map { id in
            report.first { .text($0.id) == id }?["candidateType"]
        }
        // A check may have come before its candidate (RFC 8445 §7.3.1.3).
        #expect(isOurs ? used[0] == .text("relay") : [.text("relay"), .text("prflx")].contains(used[1]), "\(used)")
        await scene.stop()
        withExtendedLifetime(server) {}
    }

    /// Ours.
    private final class Side: Sendable {
        private struct State {
            var transport: PeerTransport?
            var packets = 0
        }

        private struct Failed: Error { let what: String }

        private let browser: Browser
        private let state = Mutex(State())

        private init(browser: Browser) { self.browser = browser }

        private func transport() throws -> PeerTransport {
            guard let transport = state.withLock({ $0.transport }) else { throw Failed(what: "no transport") }
            return transport
        }

        static func open(relay: String, browser: Browser) async throws -> Side {
            let side = Side(browser: browser)
            var network = NetworkConfiguration()
            network.relays = [try .init(uri: relay, user: "ann", password: "secret")]
            network.relayOnly = true
            var configuration = PeerConnectionConfiguration(
                certificate: try DTLSCertificate.generate(
                    commonName: "relay", secondsSince1970: MonotonicClock.secondsSince1970),
                isPolite: true, ntpAtZero: MonotonicClock.ntpAtZero)
            await configuration.use(network)
            let transport = try await PeerTransport.open(
                configuration: configuration, addresses: try NetworkInterfaces.addresses(withLoopback: false),
                on: MultiThreadedEventLoopGroup.singleton.next(), logger: Logger(label: "relay"),
                onEvent: { event in
                    switch event {
                    case .audio: side.state.withLock { $0.packets += 1 }
                    case .localCandidate(let candidate): side.tell(.newICECandidate(candidate))
                    default: break
                    }
                })
            side.state.withLock { $0.transport = transport }
            return side
        }

        private func tell(_ message: SignalingMessage) {
            guard let frame = try? message.frame() else { return }
            browser.tell(String(decoding: frame, as: UTF8.self))
        }

        /// The page's next description; its candidates are taken on the way.
        private func description() async throws -> String {
            for _ in 0..<1500 {
                var found: String?
                for text in browser.takeMessages() {
                    switch try SignalingMessage(parsing: Array(text.utf8)) {
                    case .videoOffer(_, let sdp), .videoAnswer(_, let sdp): found = sdp
                    case .newICECandidate(let candidate): try await add(candidate)
                    default: break
                    }
                }
                if let found { return found }
                try await Task.sleep(for: .milliseconds(20))
            }
            throw Failed(what: "no description of the page")
        }

        private func add(_ candidate: TrickledCandidate) async throws {
            try await transport().perform { peer, now in try peer.addICECandidate(candidate, at: now) }
        }

        func answer() async throws {
            let offer = try await description()
            let answer = try await transport().perform { peer, now in
                try peer.setRemoteDescription(.offer, offer, at: now)
                for transceiver in peer.transceivers { peer.setDirection(.sendrecv, index: transceiver.index) }
                return try peer.setLocalDescription(.answer, at: now)
            }
            tell(.videoAnswer(name: "us", sdp: answer))
        }

        func restart() async throws {
            let offer = try await transport().perform { peer, now in
                peer.restartICE()
                return try peer.setLocalDescription(.offer, at: now)
            }
            tell(.videoOffer(name: "us", sdp: offer))
            let answer = try await description()
            try await transport().perform { peer, now in try peer.setRemoteDescription(.answer, answer, at: now) }
        }

        private func pagePackets() async throws -> Double {
            try await browser.value(
                Double.self,
                """
                return (await statistics()).filter((each) => each.type === "inbound-rtp")
                  .reduce((sum, each) => sum + each.packetsReceived, 0)
                """)
        }

        /// Both hear what the other sends now, and on the way of now.
        func expectSound() async throws {
            let transport = try transport()
            let (ours, theirs) = (state.withLock { $0.packets }, try await pagePackets())
            for _ in 0..<300 {
                for message in browser.takeMessages() {
                    guard case .newICECandidate(let candidate) = try SignalingMessage(parsing: Array(message.utf8))
                    else {
                        continue
                    }
                    try await add(candidate)
                }
                for _ in 0..<5 {
                    transport.post { peer, now in
                        peer.sendAudio(
                            mid: "0", payload: [0xFC, 0xFF, 0xFE], sampleCount: 960, captureTime: now, level: 30,
                            voiceActivity: true, at: now)
                    }
                    try await Task.sleep(for: .milliseconds(20))
                }
                if state.withLock({ $0.packets }) > ours + 30, try await pagePackets() > theirs + 30 { return }
            }
            throw Failed(
                what:
                    "no sound both ways: \(state.withLock { $0.packets } - ours) and \(try await pagePackets() - theirs)"
            )
        }

        func close() async { await state.withLock { $0.transport }?.close() }
    }
}
