import BrowserSupport
import FoundationEssentials
import Logging
import Media
import Programs
import RTC
import Synchronization
import Testing
import Transport
import Wire

@testable import Conference

/// ICE restarts with Debian's Chromium, from either side and by a network that changes.
@MainActor @Suite("Chromium and a path that changes", .serialized, .enabled(if: Browser.executable != nil))
struct ChromiumRestartTests {
    /// The networks of this machine, which a test takes away and brings back.
    private final class Networks: InterfaceSource, Sendable {
        private struct State {
            var isThere = true
            var observers: [@Sendable () -> Void] = []
        }

        private let state = Mutex(State())

        func addresses(withLoopback: Bool, allowed: Set<String>?) throws -> [IPAddress] {
            guard state.withLock({ $0.isThere }) else { return [] }
            return try NetworkInterfaces.addresses(withLoopback: withLoopback, allowed: allowed)
        }

        func observe(_ onChange: @escaping @Sendable () -> Void) -> InterfaceObservation {
            state.withLock { $0.observers.append(onChange) }
            return InterfaceObservation {}
        }

        func set(_ isThere: Bool) {
            let observers = state.withLock { state in
                state.isThere = isThere
                return state.observers
            }
            for observer in observers { observer() }
        }
    }

    private struct Scene {
        let folder: TemporaryFolder
        let networks: Networks
        let conference: Conference
        let stream: Stream
        let browser: Browser
        let relay: PageRelay
    }

    private struct TimedOut: Error { let what: String }

    private func until(_ what: String, _ condition: () async throws -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(30)
        while try await !condition() {
            guard ContinuousClock.now < end else { throw TimedOut(what: what) }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    private func call() async throws -> Scene {
        let folder = try TemporaryFolder()
        let networks = Networks()
        let conference = Conference(
            profile: nil,
            options: ConferenceOptions(
                port: 0, camera: .testPattern(width: 320, height: 240, framesPerSecond: 15), microphone: .testTone,
                speaker: SpeakerSource.none, autoAccept: true,
                folders: ProfileFolders(configuration: folder.url.path + "/config", data: folder.url.path + "/data")),
            logger: Logger(label: "test"), interfaces: networks)
        await conference.start()
        let stream = try #require(conference.stream(named: "main"))
        let browser = try await Browser.start()
        let relay = try await PageRelay.dial(port: conference.listeningPort ?? 0, browser: browser)
        try await browser.run("await startPeer({}); await call()")
        try await until("a call") { stream.state == .connected }
        let scene = Scene(
            folder: folder, networks: networks, conference: conference, stream: stream, browser: browser, relay: relay)
        try await expectMedia(scene)
        return scene
    }

    private func stop(_ scene: Scene) async {
        await scene.conference.shutdown()
        await scene.browser.stop()
    }

    private func received(_ scene: Scene) async throws -> (ours: Double, theirs: Double) {
        let ours =
            await scene.stream.statistics().report.filter { $0.type == "inbound-rtp" }
            .compactMap { $0["packetsReceived"]?.doubleValue }.min() ?? 0
        let theirs = try await scene.browser.value(
            Double.self,
            """
            return Math.min(...(await statistics()).filter((entry) => entry.type === 'inbound-rtp')
              .map((entry) => entry.packetsReceived))
            """)
        return (ours, theirs)
    }

    /// Sound and picture of now on both sides.
    private func expectMedia(_ scene: Scene) async throws {
        try await until("anything") {
            try await scene.browser.run(
                "return (await statistics()).filter((entry) => entry.type === 'inbound-rtp').length") == "2"
        }
        let before = try await received(scene)
        try await until("media both ways") {
            let now = try await received(scene)
            return now.ours > before.ours + 50 && now.theirs > before.theirs + 50
        }
    }

    /// The user name fragments in force on both sides, as the page has them.
    private func fragments(_ scene: Scene) async throws -> [String] {
        try await scene.browser.value(
            [String].self,
            """
            return [peer.currentLocalDescription, peer.currentRemoteDescription]
              .map((description) => description.sdp.match(/a=ice-ufrag:(\\S+)/)[1])
            """)
    }

    private func expectRestart(_ scene: Scene, from before: [String]) async throws {
        try await until("new credentials on both sides") {
            let now = try await fragments(scene)
            return zip(before, now).allSatisfy { $0 != $1 }
        }
        try await expectMedia(scene)
        // The new pair is in force on both sides, by the new credentials.
        let fragment = try await fragments(scene)[1]
        try await until("the new way is used") {
            let report = await scene.stream.statistics().report
            let pair = report.first { $0.type == "candidate-pair" && $0["selected"] == .flag(true) }
            let candidate = report.first { .text($0.id) == pair?["localCandidateId"] }
            return candidate?["usernameFragment"] == .text(fragment)
        }
        #expect(scene.stream.state == .connected)
        #expect(try await scene.browser.run("return peer.connectionState") == "\"connected\"")
    }

    @Test("the page restarts ICE, then we do")
    func restarts() async throws {
        let scene = try await call()
        var before = try await fragments(scene)
        try await scene.browser.run("peer.restartIce(); await call()")
        try await expectRestart(scene, from: before)
        before = try await fragments(scene)
        let call = try #require(scene.stream.call)
        let media = try #require(call.media as? MediaSession)
        let transport = try #require(media.state.withLock { $0.transport })
        try await transport.perform { peer, _ in peer.restartICE() }
        call.renegotiate(.needed)
        try await expectRestart(scene, from: before)
        await stop(scene)
    }

    @Test("our network goes and comes back: the page is found again")
    func networkReturns() async throws {
        let scene = try await call()
        scene.networks.set(false)
        try await until("no way") { scene.stream.state == .reconnecting }
        scene.networks.set(true)
        try await until("a way") { scene.stream.state == .connected }
        try await expectMedia(scene)
        await stop(scene)
    }
}
