import BrowserSupport
import Foundation
import LinkSupport
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
        caller = try await Browser.start(at: (homes.line(.ann), .near))
        called = try await Browser.start(at: (homes.line(.bob), .near))
        let relay =
            "{urls: '\(server.relay.uri)', username: '\(InternetServer.user)', credential: '\(InternetServer.password)'}"
        let ice =
            switch way {
            case .stun: "iceServers: [{urls: 'stun:\(TwoHomes.serverAddress):3478'}]"
            case .turn: "iceTransportPolicy: 'relay', iceServers: [\(relay)]"
            case .any: "iceServers: [{urls: 'stun:\(TwoHomes.serverAddress):3478'}, \(relay)]"
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

    /// The way that pages look for another way: a restart when there is none.
    private static let restarting = """
        peer.oniceconnectionstatechange = async () => {
          if (peer.iceConnectionState !== "disconnected" && peer.iceConnectionState !== "failed") return;
          await peer.setLocalDescription(await peer.createOffer({iceRestart: true}));
          send({type: "video-offer", sdp: peer.localDescription});
        };
        """

    func stop() async {
        for courier in couriers { courier.cancel() }
        await caller.stop()
        await called.stop()
    }
}

extension BrowserSetup: MovedCall {
    func begin() async throws {
        _ = try await call()
        try await caller.run(Self.restarting)
    }

    func end() async throws { await stop() }

    func missingSound() async throws -> [Double] {
        var missing: [Double] = []
        for side in [caller, called] {
            missing.append(
                try await side.value(
                    Double.self,
                    """
                    return (await statistics()).filter((entry) => entry.type === 'inbound-rtp' && entry.kind === 'audio')
                      .reduce((sum, entry) => sum + (entry.concealedSamples || 0) / 48000, 0)
                    """))
        }
        return missing
    }

    func address() async throws -> String? {
        try await caller.value(
            String?.self,
            """
            const all = await statistics();
            const transport = all.find((entry) => entry.type === 'transport');
            const pair = all.find((entry) => entry.id === (transport && transport.selectedCandidatePairId));
            const local = all.find((entry) => entry.id === (pair && pair.localCandidateId));
            return local ? local.relatedAddress || local.address : null;
            """)
    }
}
