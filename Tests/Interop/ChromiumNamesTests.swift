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
    @Test(
        "the addresses behind a page's names are found, and lead to it, whoever of the two calls",
        arguments: [true, false])
    func names(isPageCalling: Bool) async throws {
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
        try await browser.run("await startPeer({audio: false, video: false, data: \(isPageCalling)})")
        if isPageCalling {
            try await browser.run("await call()")
        } else {
            let offer = try await transport.perform { peer, now in
                peer.addDataSection()
                return try peer.setLocalDescription(.offer, at: now)
            }
            try tell(browser, .videoOffer(name: "names", sdp: Self.withoutCandidates(offer)))
        }
        var names: Set<String> = []
        for _ in 0..<3000 where connections.withLock({ $0 }) == 0 {
            for text in browser.takeMessages() {
                switch try SignalingMessage(parsing: Array(text.utf8)) {
                case .videoOffer(_, let offer):
                    let answer = try await transport.perform { peer, now in
                        try peer.setRemoteDescription(.offer, offer, at: now)
                        return try peer.setLocalDescription(.answer, at: now)
                    }
                    try tell(browser, .videoAnswer(name: "names", sdp: Self.withoutCandidates(answer)))
                case .videoAnswer(_, let answer):
                    try await transport.perform { peer, now in
                        try peer.setRemoteDescription(.answer, answer, at: now)
                    }
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

    private func tell(_ browser: Browser, _ message: SignalingMessage) throws {
        browser.tell(String(decoding: try message.frame(), as: UTF8.self))
    }

    /// Without our candidates the page cannot find us: only its names lead anywhere.
    private static func withoutCandidates(_ description: String) -> String {
        description.split(separator: "\r\n").filter { !$0.hasPrefix("a=candidate") }.joined(separator: "\r\n") + "\r\n"
    }
}
