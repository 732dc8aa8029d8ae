import Foundation
import Programs
import Testing

@Suite("Calls over the bus") struct CallTests {
    /// Two instances on one bus; the second one's address.
    private func pair() async throws -> (first: Instance, second: Instance, address: String) {
        let first = try await Instance.start()
        let second = try await Instance.start(on: first.bus, profile: "second")
        return (first, second, try address(of: second))
    }

    private func address(of instance: Instance) throws -> String {
        let information = try #require(try Instance.json(instance.control("info", "--json")) as? [String: Any])
        return "127.0.0.1:\(try #require(information["listeningPort"] as? Int))"
    }

    @Test("A test call connects, tells how it goes, and is in the way of another call")
    func testCall() async throws {
        let instance = try await Instance.start()
        let idle = try #require(try Instance.json(instance.control("info", "main", "--json")) as? [String: Any])
        #expect(idle.count == 14 && idle.allSatisfy { $0.key == "verified" || $0.value is NSNull })
        #expect(try instance.control("test-call", "main", "--wait").status == 0)
        let busy = try #require(try Instance.json(instance.control("info", "main", "--json")) as? [String: Any])
        #expect((busy["dtlsVersion"] as? String)?.hasPrefix("DTLS") == true)
        #expect((busy["localCandidate"] as? [String: String])?["type"] == "host")
        #expect(try instance.control("info", "main").output.contains("host udp "))
        for arguments in [["connect", "main", "127.0.0.1:1"], ["set", "main", "address", "127.0.0.1:1"]] {
            let outcome = try Instance.control(arguments, on: instance.bus)
            #expect(outcome.status == 1 && outcome.errors.contains("hang up first"))
        }
        #expect(try instance.get("state") == "connected")
        #expect(try instance.control("disconnect", "main").status == 0)
        #expect(try instance.get("endMessage") == "You hung up.")
    }

    @Test("An address is noted without a call")
    func note() async throws {
        let instance = try await Instance.start()
        #expect(try instance.lines("note", "main", "192.0.2.1:5").isEmpty)
        #expect(try instance.get("address") == "192.0.2.1:5")
        #expect(try instance.get("state") == "idle")
        #expect(try instance.lines("note", "main", "").isEmpty)
        #expect(try instance.get("address").isEmpty)
    }

    @Test("A call is answered in a pane, which shows its stream from then on")
    func acceptInPane() async throws {
        let (first, second, address) = try await pair()
        #expect(try second.lines("streams", "add", "door") == ["door"])
        let pane = try #require(try second.lines("panes", "list", "--ids").first)
        #expect(try second.lines("panes", "set", pane, "--stream", "door").isEmpty)
        #expect(try first.lines("connect", "main", address).isEmpty)
        try await second.wait(for: "incoming", of: "state")
        #expect(try second.control("accept", "main", "--pane", "nowhere").status == 1)
        #expect(try second.get("state") == "incoming")
        #expect(try second.lines("accept", "main", "--pane", pane).isEmpty)
        try await first.wait(for: "connected", of: "state")
        #expect(try second.control("panes", "list").output.contains("second") == false)
        let panes = try #require(try Instance.json(second.control("panes", "list", "--json")) as? [[String: String]])
        #expect(panes.map { $0["stream"] } == ["main"])
        #expect(try first.get("remoteStanding") == "firstContact")
        #expect(try first.get("remoteFingerprint").hasPrefix("sha-256 "))
        #expect(try first.get("remoteOutgoing") == "audio,video")
        let information = try #require(try Instance.json(first.control("info", "main", "--json")) as? [String: Any])
        #expect(information["remoteAddress"] as? String == address)
        #expect(information["standing"] as? String == "firstContact")
        #expect(try first.control("disconnect", "main").status == 0)
        try await second.wait(for: "remote-hang-up", of: "endReason")
    }

    @Test("Calls are turned away while nobody is to be disturbed")
    func doNotDisturb() async throws {
        let (first, second, address) = try await pair()
        #expect(try second.lines("do-not-disturb", "on").isEmpty)
        let outcome = try first.control("connect", "main", address, "--wait")
        #expect(outcome.status == 1)
        #expect(outcome.errors == "causeriectl: The other person is in another call.\n")
    }

    @Test("A changed key is refused until it is trusted")
    func trust() async throws {
        let (first, second, address) = try await pair()
        #expect(try first.lines("connect", "main", address).isEmpty)
        try await second.wait(for: "incoming", of: "state")
        #expect(try first.control("disconnect", "main").status == 0)
        #expect(try second.control("quit").status == 0)
        #expect(try await second.program.waitForEnd() == 0)
        // Another installation at the same address.
        let data = try #require(first.bus.environment["XDG_DATA_HOME"])
        try FileManager.default.removeItem(atPath: data + "/causerie-second/identity.pem")
        let port = try #require(address.split(separator: ":").last.flatMap { Int($0) })
        let impostor = try await Instance.start(on: first.bus, profile: "second", port: port)
        #expect(try self.address(of: impostor) == address)
        #expect(try first.control("connect", "main", address, "--wait").errors.contains("identity key"))
        #expect(try first.get("endReason") == "identity-changed")
        #expect(try first.get("refusedFingerprint").hasPrefix("sha-256 "))
        #expect(try first.lines("trust", "main").isEmpty)
        #expect(try first.get("refusedFingerprint").isEmpty)
        #expect(try first.control("trust", "main").status == 1)
        #expect(try first.lines("connect", "main", address).isEmpty)
        try await impostor.wait(for: "incoming", of: "state")
        #expect(try first.control("disconnect", "main").status == 0)
    }
}
