import BrowserSupport
import Foundation
import Logging
import NIOPosix
import RTC
import Synchronization
import Testing
import Transport

@testable import Conference

/// Data channels with Chromium over real sockets, opened from either side.
@Suite("Chromium data channels", .serialized, .enabled(if: Browser.executable != nil)) struct ChromiumDataChannelTests {
    private final class Log: Sendable {
        let events = Mutex<[DataChannelEvent]>([])
    }

    private func makeTransport(isPolite: Bool, log: Log) async throws -> PeerTransport {
        let certificate = try DTLSCertificate.generate(
            commonName: "data", secondsSince1970: MonotonicClock.secondsSince1970)
        return try await PeerTransport.open(
            configuration: PeerConnectionConfiguration(
                certificate: certificate, isPolite: isPolite, ntpAtZero: MonotonicClock.ntpAtZero),
            addresses: try NetworkInterfaces.addresses(withLoopback: true),
            on: MultiThreadedEventLoopGroup.singleton.next(), logger: Logger(label: "data"),
            onEvent: { event in
                if case .dataChannel(let event) = event { log.events.withLock { $0.append(event) } }
            })
    }

    private func wait(_ name: String, _ condition: () throws -> Bool) async throws {
        for _ in 0..<200 {
            if try condition() { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("nothing came of: \(name)")
    }

    /// The next signalling message of a type that the page sends; candidates of the page go to the transport.
    private func next(_ type: String, of browser: Browser, to transport: PeerTransport) async throws -> SignalingMessage
    {
        for _ in 0..<200 {
            for text in browser.takeMessages() {
                let message = try SignalingMessage(parsing: Array(text.utf8))
                switch message {
                case .videoOffer where type == "offer": return message
                case .videoAnswer where type == "answer": return message
                default: continue
                }
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw SignalingError("the page sent no \(type)")
    }

    private func exchange(_ transport: PeerTransport, _ browser: Browser, _ log: Log, label: String) async throws {
        try await transport.perform { peer, now in
            try peer.openDataChannel(DataChannelOptions(label: label), at: now)
        }
        let isOpen: (DataChannelEvent) -> Bool = {
            if case .opened(_, let options) = $0 { options.label == label } else { false }
        }
        try await wait("our channel stands") { log.events.withLock { $0.contains(where: isOpen) } }
        let identifier = try #require(
            log.events.withLock { events in
                events.compactMap {
                    if case .opened(let id, let options) = $0, options.label == label { id } else { nil }
                }
            }.first)
        try await transport.perform { peer, now in try peer.send(text: "ping 7", on: identifier, at: now) }
        try await wait("the page answers") { log.events.withLock { $0.contains(.text(id: identifier, "pong 7")) } }
        let large = String(repeating: "x", count: 100_000)
        try await transport.perform { peer, now in try peer.send(text: "ping" + large, on: identifier, at: now) }
        try await wait("a large message comes back") {
            log.events.withLock { $0.contains(.text(id: identifier, "pong" + large)) }
        }
    }

    @Test("a page offers a channel; text goes both ways on its channel and on ours")
    func pageOffers() async throws {
        let log = Log()
        let browser = try await Browser.start()
        let transport = try await makeTransport(isPolite: true, log: log)
        try await browser.run("await startPeer({audio: false, video: false}); await call()")
        try await answer(browser, transport)
        try await exchange(transport, browser, log, label: "ours")
        await transport.close()
        await browser.stop()
    }

    @Test("we offer a channel, and the page answers")
    func weOffer() async throws {
        let log = Log()
        let browser = try await Browser.start()
        let transport = try await makeTransport(isPolite: false, log: log)
        let offer = try await transport.perform { peer, now in
            peer.addDataSection()
            return try peer.setLocalDescription(.offer, at: now)
        }
        try await browser.run("window.answerOptions = {audio: false, video: false, data: false}")
        let message = try SignalingMessage.videoOffer(name: "data", sdp: offer).frame()
        browser.tell(String(decoding: message, as: UTF8.self))
        guard case .videoAnswer(_, let answer) = try await next("answer", of: browser, to: transport) else { return }
        try await transport.perform { peer, now in try peer.setRemoteDescription(.answer, answer, at: now) }
        try await exchange(transport, browser, log, label: "first")
        await transport.close()
        await browser.stop()
    }

    /// A call with sound and without data, offered by the page, that stands.
    private func callWithoutData(_ browser: Browser, _ transport: PeerTransport) async throws {
        try await browser.run("await startPeer({video: false, data: false}); await call()")
        try await answer(browser, transport)
        for _ in 0..<600 {
            if try await transport.perform({ peer, _ in peer.connectionState == .connected }) { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("no connection")
    }

    /// Answers the page's offer.
    private func answer(_ browser: Browser, _ transport: PeerTransport) async throws {
        guard case .videoOffer(_, let offer) = try await next("offer", of: browser, to: transport) else { return }
        let answer = try await transport.perform { peer, now in
            try peer.setRemoteDescription(.offer, offer, at: now)
            return try peer.setLocalDescription(.answer, at: now)
        }
        let reply = try SignalingMessage.videoAnswer(name: "data", sdp: answer).frame()
        browser.tell(String(decoding: reply, as: UTF8.self))
    }

    @Test("a channel is opened first in mid-call, by the page or by us", arguments: [true, false])
    func late(isPages: Bool) async throws {
        let log = Log()
        let browser = try await Browser.start()
        let transport = try await makeTransport(isPolite: true, log: log)
        try await callWithoutData(browser, transport)
        if isPages {
            try await browser.run("openChannel(peer.createDataChannel('late')); await call()")
            try await answer(browser, transport)
            try await wait("the page's channel stands") {
                log.events.withLock { events in
                    events.contains { if case .opened(_, let options) = $0 { options.label == "late" } else { false } }
                }
            }
            try await exchange(transport, browser, log, label: "ours besides")
        } else {
            let offer = try await transport.perform { peer, now in
                try peer.openDataChannel(DataChannelOptions(label: "early"), at: now)
                return try peer.setLocalDescription(.offer, at: now)
            }
            let message = try SignalingMessage.videoOffer(name: "data", sdp: offer).frame()
            browser.tell(String(decoding: message, as: UTF8.self))
            guard case .videoAnswer(_, let answer) = try await next("answer", of: browser, to: transport) else {
                return
            }
            try await transport.perform { peer, now in try peer.setRemoteDescription(.answer, answer, at: now) }
            try await exchange(transport, browser, log, label: "late")
        }
        await transport.close()
        await browser.stop()
    }
}
