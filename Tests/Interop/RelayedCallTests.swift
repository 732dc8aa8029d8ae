import Foundation
import Instances
import Programs
import Testing
import Transport
import Wire

/// Two instances that may use nothing but a relay, set up as a person does it: by `causeriectl configure`.
@Suite("A call through a relay", .serialized, .enabled(if: Coturn.isInstalled)) struct RelayedCallTests {
    @Test("The next call goes through the TURN server, and the information on it says so")
    func relayed() async throws {
        // A machine without a network has nothing to relay to.
        guard let server = try RelayServer(.named("ann", password: "secret")) else { return }
        let bus = try await PrivateBus.start()
        let media = ["--camera", "test-pattern", "--microphone", "test-tone", "--speaker", "none"]
        let caller = try await HeadlessInstance.start("relay-caller", on: bus, options: media)
        let called = try await HeadlessInstance.start("relay-called", on: bus, options: media + ["--auto-accept"])
        let uri = server.uri
        #expect(try caller.control("configure", uri).status == 1, "a TURN server without a user")
        for side in [caller, called] {
            try side.must("configure", uri, "--user", "ann", "--password", "secret", "--relay-only")
        }
        #expect(try caller.control("configure").output.contains(uri))
        #expect(try !caller.control("configure").output.contains("secret"))
        try caller.must("connect", "main", "\(server.address):\(called.port)", "--wait")
        try await called.waitForStatistics("pictures over the relay") { $0.framesDecoded > 10 && $0.audioEnergy > 0 }
        let information = try caller.control("info", "main", "--json").output
        #expect(information.contains("relay") && !information.contains("host"), "\(information)")
        try caller.must("disconnect", "main")
        withExtendedLifetime(server) {}
    }

    @Test("A TURN server that is killed and begins anew costs some seconds of sound: the call comes back by itself")
    func forgotten() async throws {
        // A machine without a network has nothing to relay to.
        guard let server = try RelayServer(.named("ann", password: "secret")) else { return }
        let bus = try await PrivateBus.start()
        let media = ["--camera", "test-pattern:320x240@15", "--microphone", "test-tone", "--speaker", "none"]
        let caller = try await HeadlessInstance.start("relay-caller", on: bus, options: media)
        let called = try await HeadlessInstance.start("relay-called", on: bus, options: media + ["--auto-accept"])
        for side in [caller, called] {
            try side.must("configure", server.uri, "--user", "ann", "--password", "secret", "--relay-only")
        }
        try caller.must("connect", "main", "\(server.address):\(called.port)", "--wait")
        for side in [caller, called] { try await side.waitForStatistics("a picture") { $0.framesDecoded > 5 } }

        try await server.restart()
        let begin = ContinuousClock.now
        // What was on the way has come.
        try await Task.sleep(for: .milliseconds(200))
        for side in [caller, called] {
            let now = try side.statistics()
            try await side.waitForStatistics("sound and pictures over another relay") {
                $0.state == "connected" && $0.audioPackets >= now.audioPackets + 25
                    && $0.framesDecoded >= now.framesDecoded + 5
            }
            print("\(side.profile): sound again after \(ContinuousClock.now - begin)")
        }
        #expect(try caller.control("info", "main", "--json").output.contains("relay"))
        try caller.must("disconnect", "main")
        withExtendedLifetime(server) {}
    }

    /// What a service hands out for a while: a user that begins with the time of its end, and a password that only who knows
    /// the secret can make (draft-uberti-behave-turn-rest-00 §2.2).
    private func credentials(lasting seconds: Int, secret: String) throws -> (user: String, password: String) {
        let user = "\(Int(Date.now.timeIntervalSince1970) + seconds):ann"
        let outcome = try Program.run(
            Program.system("sh"),
            ["-c", "printf %s \"$0\" | openssl dgst -sha1 -hmac \"$1\" -binary | openssl base64", user, secret])
        return (user, outcome.output.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    @Test("Credentials that end in mid-call are renewed: the call goes on, and the next one has the new ones")
    func renewed() async throws {
        // A machine without a network has nothing to relay to.
        // Neither an allocation nor a nonce lasts for long: both are renewed again and again, and so after the credentials
        // have ended, too.
        let options = ["--verbose", "--max-allocate-lifetime=8", "--stale-nonce=4"]
        guard let server = try RelayServer(.secret("hush"), options: options) else { return }
        let bus = try await PrivateBus.start()
        let media = ["--camera", "test-pattern:320x240@15", "--microphone", "test-tone", "--speaker", "none"]
        let caller = try await HeadlessInstance.start("relay-caller", on: bus, options: media)
        let called = try await HeadlessInstance.start("relay-called", on: bus, options: media + ["--auto-accept"])
        let uri = server.uri
        let configure = { (seconds: Int) in
            for side in [caller, called] {
                let (user, password) = try credentials(lasting: seconds, secret: "hush")
                try side.must("configure", uri, "--user", user, "--password", password, "--relay-only")
            }
        }
        // Long enough for a slow machine to make the call with them.
        try configure(12)
        let end = ContinuousClock.now + .seconds(13)
        try caller.must("connect", "main", "\(server.address):\(called.port)", "--wait")
        for side in [caller, called] { try await side.waitForStatistics("a picture") { $0.framesDecoded > 5 } }
        // They are over while the call runs.
        try await Task.sleep(until: end, clock: .continuous)
        try configure(600)
        for side in [caller, called] {
            let now = try side.statistics()
            try await side.waitForStatistics("more pictures and sound over the relay") {
                $0.state == "connected" && $0.framesDecoded >= now.framesDecoded + 30
                    && $0.audioPackets >= now.audioPackets + 100
            }
        }
        // The server has asked for a new nonce, and keeps the allocations of those whose credentials are over.
        let refreshes = { server.log.components(separatedBy: "refreshed").count }
        let before = refreshes()
        for _ in 0..<300 where refreshes() < before + 2 || !server.log.contains("error 438") {
            try await Task.sleep(for: .milliseconds(100))
        }
        #expect(refreshes() >= before + 2 && server.log.contains("error 438"))
        for side in [caller, called] { #expect(try side.get("state") == "connected") }
        try caller.must("disconnect", "main")
        try caller.must("connect", "main", "\(server.address):\(called.port)", "--wait")
        try await called.waitForStatistics("pictures of another call") { $0.framesDecoded > 5 }
        #expect(try caller.control("info", "main", "--json").output.contains("relay"))
        // With those that are over nobody gets in any more: the server does look at the time.
        try caller.must("disconnect", "main")
        try configure(-10)
        try caller.must("set", "main", "timeout", "3")
        #expect(try caller.control("connect", "main", "\(server.address):\(called.port)", "--wait").status == 1)
        withExtendedLifetime(server) {}
    }
}
