import Foundation
import Instances
import Programs
import Testing

/// Instances on one network that nobody has told of each other.
@Suite(.serialized, .enabled(if: PrivateNetwork.isAvailable, "needs the right to make a network namespace"))
struct DiscoveryEndToEndTests {
    private static let quiet = ["--camera", "test-pattern:320x240@15", "--microphone", "none", "--speaker", "none"]

    private func json(_ side: HeadlessInstance, _ arguments: String...) throws -> Any {
        let outcome =
            arguments.count == 1
            ? try side.control(arguments[0], "--json")
            : try side.control(arguments[0], arguments[1], arguments[2], "--json")
        return try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
    }

    private func people(_ side: HeadlessInstance) throws -> [[String: Any]] {
        try json(side, "people") as? [[String: Any]] ?? []
    }

    private func wait(_ side: HeadlessInstance, for names: [String]) async throws {
        try await wait("\(names)", side) { try people(side).compactMap { $0["name"] as? String } == names }
    }

    private func wait(_ what: String, _ side: HeadlessInstance, _ condition: () throws -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(30)
        while try !condition() {
            guard ContinuousClock.now < end else {
                throw HeadlessInstance.NotStarted(
                    errors: "waited for \(what), there are \(try people(side))\n\(side.program.complained)")
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    @Test("Two computers without Avahi find each other, and who is invisible is not found")
    func withoutDaemon() async throws {
        let bus = try await PrivateBus.start()
        let (home, office) = (try await PrivateNetwork.start(), try await PrivateNetwork.start())
        try home.connect(to: office, by: "lan0", "10.7.0.1/24", "10.7.0.2/24")
        let ann = try await HeadlessInstance.start(
            "ann", on: bus, discovers: true, options: Self.quiet, through: home.words)
        let bob = try await HeadlessInstance.start(
            "bob", on: bus, discovers: true, options: Self.quiet + ["--auto-accept"], through: office.words)
        try ann.must("set", "main", "identifier", "Ann")
        try bob.must("set", "main", "identifier", "Bob")
        try await wait(ann, for: ["Bob"])
        try await wait(bob, for: ["Ann"])
        #expect(try people(ann).first?["address"] as? String == "10.7.0.2:\(bob.port)")
        try bob.must("presence", "invisible")
        try await wait(ann, for: [])
        try bob.must("presence", "available")
        try await wait(ann, for: ["Bob"])
        try ann.must("people", "--add", "Bob")
        #expect(try people(ann).first?["contact"] as? String == "Bob")
        try ann.must("connect", "main", "Bob", "--wait")
        try await bob.wait(for: "state", "connected")
        try bob.must("quit")
        try await wait(ann, for: [])
    }

    @Test(
        "Avahi's daemon is asked while it runs; where it is not, it is done without, and each finds the other",
        .enabled(if: PrivateAvahi.isAvailable, "avahi-daemon is not installed"))
    func withDaemon() async throws {
        let bus = try await PrivateBus.start()
        let (home, office) = (try await PrivateNetwork.start(), try await PrivateNetwork.start())
        try home.connect(to: office, by: "lan0", "10.7.0.1/24", "10.7.0.2/24")
        let avahi = try await PrivateAvahi(in: home)
        try await avahi.run()
        let ann = try await HeadlessInstance.start(
            "ann", on: bus, discovers: true, options: Self.quiet, environment: avahi.environment,
            through: home.words)
        let bob = try await HeadlessInstance.start(
            "bob", on: bus, discovers: true, options: Self.quiet, through: office.words)
        // A third one of the same name, at the same daemon.
        let carl = try await HeadlessInstance.start(
            "carl", on: bus, discovers: true, options: Self.quiet, environment: avahi.environment,
            through: home.words)
        try ann.must("set", "main", "identifier", "Ann")
        try bob.must("set", "main", "identifier", "Bob")
        try await wait("Bob and another", ann) {
            let names = try people(ann).compactMap { $0["name"] as? String }
            return names.count == 2 && names.contains("Bob")
        }
        try carl.must("set", "main", "identifier", "Ann")
        try await wait("both of one name", bob) {
            try Set(people(bob).compactMap { $0["name"] as? String }) == ["Ann", "Ann #2"]
        }
        try await avahi.stop()
        // Without it, by themselves.
        try bob.must("set", "main", "identifier", "Bobby")
        try await wait("Bobby", ann) { try people(ann).contains { $0["name"] as? String == "Bobby" } }
        try await avahi.run()
        try bob.must("set", "main", "identifier", "Robert")
        try await wait("Robert", ann) { try people(ann).contains { $0["name"] as? String == "Robert" } }
        try ann.must("quit")
        try await wait("Ann is gone", bob) { try people(bob).count == 1 }
    }

    @Test(
        "On this network only: calls, messages, presence and names elsewhere send nothing by the way out",
        .enabled(if: (try? Program.system("nft")) != nil, "nft is not installed"))
    func thisNetworkOnly() async throws {
        let bus = try await PrivateBus.start()
        let (home, office) = (try await PrivateNetwork.start(), try await PrivateNetwork.start())
        try home.connect(to: office, by: "lan0", "10.7.0.1/24", "10.7.0.2/24")
        let router = try await PrivateNetwork.start()
        try home.addWayOut(to: router, by: "out0")
        let ann = try await HeadlessInstance.start(
            "ann", on: bus, discovers: true, options: Self.quiet, through: home.words)
        let bob = try await HeadlessInstance.start(
            "bob", on: bus, discovers: true, options: Self.quiet + ["--auto-accept"], through: office.words)
        try bob.must("set", "main", "identifier", "Bob")
        try await wait(ann, for: ["Bob"])
        // Without it, all of these go out: the counter counts.
        try ann.must("configure", "stun:198.51.100.8:3478")
        try ann.must("contacts", "add", "Far", "198.51.100.7")
        try await wait("something goes out", ann) { try home.leaving() > 0 }

        try ann.must("configure", "--lan-only", "--interfaces", "lan0")
        // What was under way before is over when this contact has been looked at anew.
        try await wait("Far is elsewhere", ann) {
            let far = try json(ann, "contacts", "show", "Far") as? [String: Any]
            return (far?["presenceMessage"] as? String)?.contains("elsewhere") == true
        }
        _ = try home.leaving()
        let port = try await newPort(of: ann)
        #expect(port > 0)
        for address in ["198.51.100.7", "example.org", "ann@example.org", "203.0.113.9"] {
            let outcome = try ann.control("connect", "main", address, "--wait")
            #expect(outcome.status == 1 && outcome.errors.contains("elsewhere"), "\(address): \(outcome.errors)")
        }
        #expect(try ann.control("chat", "198.51.100.7", "hello").status == 1)
        try ann.must("connect", "main", "10.7.0.2:\(bob.port)", "--wait")
        try await ann.waitForStatistics("pictures") { $0.framesDecoded >= 15 }
        try ann.must("chat", "main", "hello")
        try ann.must("presence", "away")
        #expect(try home.leaving() == 0, "nothing goes by the way out")
        let settings = try #require(try json(ann, "configure") as? [String: Any])
        #expect(settings["lanOnly"] as? Bool == true && settings["refused"] as? Int ?? 0 >= 5)
        let sent = settings["sent"] as? [[String: Any]] ?? []
        let near = sent.first { $0["interface"] as? String == "lan0" }?["packets"] as? Int ?? 0
        #expect(near > 50 && !sent.contains { $0["interface"] as? String == "out0" }, "\(sent)")
        // And back: the same addresses are tried again.
        try ann.must("disconnect", "main")
        try ann.must("configure", "--no-lan-only", "--interfaces", "all")
        _ = try home.leaving()
        try ann.must("set", "main", "timeout", "2")
        #expect(try ann.control("connect", "main", "198.51.100.7", "--wait").status == 1)
        #expect(try home.leaving() > 0)
    }

    /// The port is opened anew, for other interfaces.
    private func newPort(of side: HeadlessInstance) async throws -> Int {
        var port = 0
        try await wait("the port", side) {
            port = (try json(side, "info") as? [String: Any])?["listeningPort"] as? Int ?? 0
            return port > 0
        }
        return port
    }
}
