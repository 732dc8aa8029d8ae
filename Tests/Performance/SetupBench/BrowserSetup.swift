import BrowserSupport
import Foundation
import Programs

/// The peer to compare with: calls between two Chromium processes, one in each home. Their messages take as long as those
/// through a server between them would.
final class BrowserSetup {
    private let caller: Browser
    private let called: Browser
    private let options: String
    private var couriers: [Task<Void, Never>] = []

    struct NoPicture: Error {}

    init(_ homes: TwoHomes, _ server: InternetServer, _ way: Way, delay: Duration) async throws {
        caller = try await Browser.start(through: homes.words(in: .ann), page: homes.pageSocket(in: .ann))
        called = try await Browser.start(through: homes.words(in: .bob), page: homes.pageSocket(in: .bob))
        let ice =
            switch way {
            case .stun: "iceServers: [{urls: 'stun:\(TwoHomes.serverAddress):3478'}]"
            case .turn:
                "iceTransportPolicy: 'relay', iceServers: [{urls: '\(server.relay.uri)', "
                    + "username: '\(InternetServer.user)', credential: '\(InternetServer.password)'}]"
            }
        options = "{width: 320, height: 240, rate: 30, data: false, \(ice)}"
        for (from, to) in [(caller, called), (called, caller)] {
            let (messages, continuation) = AsyncStream.makeStream(of: (ContinuousClock.Instant, String).self)
            from.onMessage { continuation.yield((.now + delay, $0)) }
            couriers.append(
                Task {
                    for await (due, text) in messages {
                        try? await Task.sleep(until: due, tolerance: .milliseconds(1))
                        to.tell(text)
                    }
                })
        }
    }

    /// From `createOffer` to the first picture of the other side, ms.
    func call() async throws -> Double {
        for side in [called, caller] {
            try await side.run(
                "if (peer) peer.close(); peer = null; firstFrame = undefined; pending = []; await startPeer(\(options))"
            )
        }
        try await caller.run("await call()")
        for _ in 0..<300 {
            let time = try await caller.value(Double.self, "return firstFrame ? firstFrame - startedAt : -1")
            if time >= 0 { return time }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw NoPicture()
    }

    func stop() async {
        for courier in couriers { courier.cancel() }
        await caller.stop()
        await called.stop()
    }
}
