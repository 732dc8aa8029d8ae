import BrowserSupport
import RTC
import Synchronization
import Testing
import Transport

@testable import Conference

/// ICE restarts with Debian's Chromium, from either side and by a network that changes.
@MainActor @Suite("Chromium and a path that changes", .serialized, .enabled(if: Browser.executable != nil))
struct ChromiumRestartTests {
    /// The user name fragments in force on both sides, as the page has them.
    private func fragments(_ scene: PageCall) async throws -> [String] {
        try await scene.browser.value(
            [String].self,
            """
            return [peer.currentLocalDescription, peer.currentRemoteDescription]
              .map((description) => description.sdp.match(/a=ice-ufrag:(\\S+)/)[1])
            """)
    }

    private func expectRestart(_ scene: PageCall, from before: [String]) async throws {
        try await scene.until("new credentials on both sides") {
            let now = try await fragments(scene)
            return zip(before, now).allSatisfy { $0 != $1 }
        }
        try await scene.expectMedia()
        // The new pair is in force on both sides, by the new credentials.
        let fragment = try await fragments(scene)[1]
        try await scene.until("the new way is used") {
            let report = await scene.stream.statistics().report
            let pair = report.first { $0.type == "candidate-pair" && $0["selected"] == .flag(true) }
            let candidate = report.first { .text($0.id) == pair?["localCandidateId"] }
            return candidate?["usernameFragment"] == .text(fragment)
        }
        #expect(scene.stream.state == .connected)
        #expect(try await scene.browser.run("return peer.connectionState") == "\"connected\"")
    }

    @Test("the page restarts ICE, then we do, then both at once, and we give way")
    func restarts() async throws {
        let scene = try await PageCall.incoming(
            script: NegotiatingPage.script + "; window.polite = false; window.isQuiet = true")
        var before = try await fragments(scene)
        try await scene.browser.run("peer.restartIce(); await call()")
        try await expectRestart(scene, from: before)
        before = try await fragments(scene)
        try await restart(scene)
        try await expectRestart(scene, from: before)
        try await restartBoth(scene)
        await scene.stop()
    }

    private func restart(_ scene: PageCall) async throws {
        let call = try #require(scene.stream.call)
        let media = try #require(call.media as? MediaSession)
        let transport = try #require(media.state.withLock { $0.transport })
        try await transport.perform { peer, _ in peer.restartICE() }
        call.renegotiate(.needed)
    }

    /// Both restart at once.
    private func restartBoth(_ scene: PageCall) async throws {
        let before = try await fragments(scene)
        let glares = try await scene.browser.value(Double.self, "return window.glares")
        try await scene.browser.run("await window.cross(() => peer.restartIce())")
        try await restart(scene)
        try await expectRestart(scene, from: before)
        #expect(try await scene.browser.value(Double.self, "return window.glares") == glares + 1)
    }

    @Test("both restart ICE at once, and a polite page gives way")
    func politePage() async throws {
        let scene = try await PageCall.outgoing(script: NegotiatingPage.script)
        try await restartBoth(scene)
        await scene.stop()
    }

    @Test("our network goes and comes back: the page is found again")
    func networkReturns() async throws {
        let scene = try await PageCall.incoming()
        scene.networks.set(false)
        try await scene.until("no way") { scene.stream.state == .reconnecting }
        scene.networks.set(true)
        try await scene.until("a way") { scene.stream.state == .connected }
        try await scene.expectMedia()
        await scene.stop()
    }
}
