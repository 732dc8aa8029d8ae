import Foundation
import Instances
import Programs
import Testing

/// Two headless instances in a network of their own, in which addresses come and go under a running call.
@Suite(.serialized, .enabled(if: PrivateNetwork.isAvailable, "needs the right to make a network namespace"))
struct NetworkChangeTests {
    private static let media = [
        "--camera", "test-pattern:320x240@15", "--microphone", "test-tone", "--speaker", "none",
    ]

    private struct Scene {
        let network: PrivateNetwork
        let ann: HeadlessInstance
        let bob: HeadlessInstance

        var sides: [HeadlessInstance] { [ann, bob] }
    }

    private func call(_ addresses: [String], hasIPv6: Bool = true) async throws -> Scene {
        let bus = try await PrivateBus.start()
        let network = try await PrivateNetwork.start()
        if hasIPv6 { try network.add("2001:db8::1") } else { try network.disableIPv6() }
        for address in addresses { try network.add(address) }
        let ann = try await HeadlessInstance.start("ann", on: bus, options: Self.media, through: network.words)
        let bob = try await HeadlessInstance.start(
            "bob", on: bus, options: Self.media + ["--auto-accept"], through: network.words)
        let scene = Scene(network: network, ann: ann, bob: bob)
        try ann.must("connect", "main", bob.address, "--wait")
        try await bob.wait(for: "state", "connected")
        for side in scene.sides {
            try await side.waitForStatistics("picture and sound") { $0.framesDecoded >= 15 && $0.audioEnergy > 0 }
        }
        return scene
    }

    /// Picture and sound of the other side keep coming, by the address.
    private func expectMedia(_ scene: Scene, by address: String) async throws {
        for side in scene.sides {
            try await side.wait(for: "state", "connected")
            try await side.waitForStatistics("the way by \(address)") { $0.selectedAddress == address }
            let before = try side.statistics()
            try await side.waitForStatistics("more picture and sound") {
                $0.framesDecoded >= before.framesDecoded + 15 && $0.audioPackets >= before.audioPackets + 50
            }
        }
    }

    @Test("The address in use goes: another takes over; one that comes interrupts nothing")
    func addressGoes() async throws {
        let scene = try await call(["10.77.0.1", "10.78.0.1"])
        try await expectMedia(scene, by: "10.77.0.1")
        let before = try scene.sides.map { try $0.statistics() }
        try scene.network.remove("10.77.0.1")
        try await expectMedia(scene, by: "10.78.0.1")
        // The only one left goes, and a new one comes a moment later.
        try scene.network.remove("10.78.0.1")
        try scene.network.add("10.79.0.1")
        for side in scene.sides {
            try await side.wait(for: "state", "connected")
            let now = try side.statistics()
            try await side.waitForStatistics("more picture and sound") {
                $0.framesDecoded >= now.framesDecoded + 15 && $0.audioPackets >= now.audioPackets + 50
            }
        }
        for (side, before) in zip(scene.sides, before) {
            let missing = try side.statistics().concealedSeconds - before.concealedSeconds
            print("\(side.profile): \(missing) s of sound concealed in two changes of address")
        }
        try scene.ann.must("disconnect", "main")
        try await scene.bob.wait(for: "state", "ended")
    }

    @Test("A machine without IPv6 calls and is called, and the call goes on by IPv4 alone")
    func withoutIPv6() async throws {
        let scene = try await call(["10.77.0.1"], hasIPv6: false)
        try await expectMedia(scene, by: "10.77.0.1")
        #expect(try scene.bob.instanceProperty("listeningProblem") == "")
    }

    @Test(
        "A network that swallows everything: after ten seconds the call goes on, after half a minute it is over for both"
    )
    func blackHole() async throws {
        let scene = try await call(["10.77.0.1"])
        try scene.network.setBlackHole(true)
        for side in scene.sides { try await side.wait(for: "state", "reconnecting") }
        try await Task.sleep(for: .seconds(5))
        try scene.network.setBlackHole(false)
        let end = ContinuousClock.now
        try await expectMedia(scene, by: "10.77.0.1")
        print("media again \(ContinuousClock.now - end) after ten seconds without a network")
        try scene.network.setBlackHole(true)
        let lost = ContinuousClock.now
        for side in scene.sides { try await side.wait(for: "state", "reconnecting") }
        for side in scene.sides { try await side.wait(for: "state", "ended", within: .seconds(90)) }
        print("the call is given up after \(ContinuousClock.now - lost)")
        for side in scene.sides {
            #expect(try side.get("endReason") == "connection-lost")
            #expect(try side.get("endMessage") == "The connection was lost and did not come back.")
        }
        // It is as usable as before.
        try scene.network.setBlackHole(false)
        try scene.ann.must("connect", "main", scene.bob.address, "--wait")
    }

    @Test("A network that is away for some seconds: reconnecting, and then the call goes on by itself")
    func outage() async throws {
        let scene = try await call(["10.77.0.1"])
        try scene.network.setUp(false)
        for side in scene.sides { try await side.wait(for: "state", "reconnecting") }
        try scene.network.setUp(true)
        for side in scene.sides {
            try await side.wait(for: "state", "connected")
            let now = try side.statistics()
            try await side.waitForStatistics("more picture and sound") {
                $0.framesDecoded >= now.framesDecoded + 15 && $0.audioPackets >= now.audioPackets + 50
            }
        }
    }
}
