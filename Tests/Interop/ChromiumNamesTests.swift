import BrowserSupport
import Foundation
import Logging
import NIOPosix
import RTC
import Synchronization
import Testing
import Transport
import Wire

@testable import Conference

/// A page that may use neither camera nor microphone hides its addresses behind names of multicast DNS.
@Suite("Chromium behind names", .serialized, .enabled(if: Browser.executable != nil)) struct ChromiumNamesTests {
    @Test("the addresses behind a page's names are found, and lead to it")
    func names() async throws {
        // Chromium answers for its names on real interfaces only.
        let own = try NetworkInterfaces.addresses(withLoopback: false).filter { !$0.isLoopback }
        guard !own.isEmpty else { return }
        let connections = Mutex(0)
        let browser = try await Browser.start(allowsDevices: false)
        let certificate = try DTLSCertificate.generate(
            commonName: "names", secondsSince1970: MonotonicClock.secondsSince1970)
        let transport = try await PeerTransport.open(
            configuration: PeerConnectionConfiguration(
                certificate: certificate, isPolite: true, ntpAtZero: MonotonicClock.ntpAtZero),
            addresses: own, on: MultiThreadedEventLoopGroup.singleton.next(), logger: Logger(label: "names"),
            onEvent: { event in
                if case .connectionStateChanged(.connected) = event { connections.withLock { $0 += 1 } }
            })
        try await browser.run("await startPeer({audio: false, video: false}); await call()")
        var names: Set<String> = []
        for _ in 0..<3000 where connections.withLock({ $0 }) == 0 {
            for text in browser.takeMessages() {
                switch try SignalingMessage(parsing: Array(text.utf8)) {
                case .videoOffer(_, let offer):
                    let answer = try await transport.perform { peer, now in
                        try peer.setRemoteDescription(.offer, offer, at: now)
                        return try peer.setLocalDescription(.answer, at: now)
                    }
                    // Without our candidates the page cannot find us: only its names lead anywhere.
                    let bare = answer.split(separator: "\r\n").filter { !$0.hasPrefix("a=candidate") }
                    let text = bare.joined(separator: "\r\n") + "\r\n"
                    let reply = try SignalingMessage.videoAnswer(name: "names", sdp: text).frame()
                    browser.tell(String(decoding: reply, as: UTF8.self))
                case .newICECandidate(let candidate):
                    if candidate.candidate.contains(".local") { names.insert(candidate.candidate) }
                    try await transport.perform { peer, now in try peer.addICECandidate(candidate, at: now) }
                default: break
                }
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(!names.isEmpty)
        #expect(connections.withLock { $0 } == 1)
        await transport.close()
        await browser.stop()
    }
}
