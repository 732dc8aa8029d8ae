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

/// The networks of this machine, which a test takes away and brings back.
final class SwitchedNetworks: InterfaceSource, Sendable {
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

/// A call between a conference in this process and a page in Chromium, with sound and pictures both ways.
@MainActor struct PageCall {
    struct TimedOut: Error { let what: String }

    let folder: TemporaryFolder
    let networks: SwitchedNetworks
    let conference: Conference
    let stream: Stream
    let browser: Browser
    private let listener: SignalingListener?
    private let relay: PageRelay?

    /// The page has called, and so is the impolite one of the two.
    static func incoming(
        page options: String = "{}", script: String = "", prepare: (Conference, Stream) -> Void = { _, _ in }
    ) async throws -> PageCall {
        let (folder, networks, conference, stream) = try await start()
        prepare(conference, stream)
        let browser = try await Browser.start()
        let relay = try await PageRelay.dial(port: conference.listeningPort ?? 0, browser: browser)
        try await browser.run("await startPeer(\(options)); \(script); await call()")
        return try await PageCall(
            folder: folder, networks: networks, conference: conference, stream: stream, browser: browser, listener: nil,
            relay: relay
        ).connected()
    }

    /// The page has been called, at one of this machine's addresses: calls to loopback use no server.
    static func outgoing(
        at address: String = "127.0.0.1", page options: String = "{}", script: String = "",
        prepare: (Conference, Stream) -> Void = { _, _ in }
    ) async throws -> PageCall {
        let (folder, networks, conference, stream) = try await start()
        prepare(conference, stream)
        let browser = try await Browser.start()
        let listener = try await PageRelay.listen(for: browser)
        try await browser.run("await startPeer(\(options)); \(script)")
        stream.connect(to: "\(address):\(listener.port)")
        return try await PageCall(
            folder: folder, networks: networks, conference: conference, stream: stream, browser: browser,
            listener: listener, relay: nil
        ).connected()
    }

    private static func start() async throws -> (TemporaryFolder, SwitchedNetworks, Conference, Stream) {
        let folder = try TemporaryFolder()
        let networks = SwitchedNetworks()
        let conference = Conference(
            profile: nil,
            options: ConferenceOptions(
                port: 0, camera: .testPattern(width: 320, height: 240, framesPerSecond: 15), microphone: .testTone,
                speaker: SpeakerSource.none, autoAccept: true,
                folders: ProfileFolders(configuration: folder.url.path + "/config", data: folder.url.path + "/data")),
            logger: Logger(label: "test"), interfaces: networks)
        await conference.start()
        return (folder, networks, conference, try #require(conference.stream(named: "main")))
    }

    private func connected() async throws -> PageCall {
        try await until("a call") { stream.state == .connected }
        return self
    }

    func stop() async {
        await conference.shutdown()
        await listener?.close()
        await browser.stop()
    }

    func until(_ what: String, _ condition: () async throws -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(30)
        while try await !condition() {
            guard ContinuousClock.now < end else { throw TimedOut(what: what) }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Our figures of what comes in of a kind, by section.
    func received(_ kind: String, _ figure: String) async -> [String: Double] {
        var figures: [String: Double] = [:]
        for record in await stream.statistics().report
        where record.type == "inbound-rtp" && record["kind"] == .text(kind) {
            guard case .text(let mid)? = record["mid"] else { continue }
            figures[mid] = record[figure]?.doubleValue
        }
        return figures
    }

    /// The page's figure of what comes in of a kind, its sections together.
    func pageReceived(_ kind: String, _ figure: String) async throws -> Double {
        try await browser.value(
            Double.self,
            """
            return (await statistics()).filter((entry) => entry.type === 'inbound-rtp' && entry.kind === '\(kind)')
              .reduce((sum, entry) => sum + (entry.\(figure) || 0), 0)
            """)
    }

    /// Sound and picture of now on both sides.
    func expectMedia() async throws {
        let ours = await (received("audio", "packetsReceived"), received("video", "packetsReceived"))
        let theirs = try await (pageReceived("audio", "packetsReceived"), pageReceived("video", "packetsReceived"))
        let hasMore = { (now: [String: Double], before: [String: Double]) in
            now.contains { $0.value > (before[$0.key] ?? 0) + 20 }
        }
        try await until("media both ways") {
            let audio = await received("audio", "packetsReceived")
            let video = await received("video", "packetsReceived")
            guard hasMore(audio, ours.0), hasMore(video, ours.1) else { return false }
            let heard = try await pageReceived("audio", "packetsReceived")
            let seen = try await pageReceived("video", "packetsReceived")
            return heard > theirs.0 + 20 && seen > theirs.1 + 20
        }
    }
}
