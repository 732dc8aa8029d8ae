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
        let own = try NetworkInterfaces.addresses(withLoopback: false).first { !$0.isLoopback && $0.isIPv4 }
        // A machine without a network has nothing to relay to.
        guard let address = own?.description else { return }
        let port = Int.random(in: 20_000..<30_000)
        let folder = try TemporaryFolder()
        let server = try RunningProgram(
            Program.system("turnserver"),
            [
                "-n", "--no-cli", "--no-tls", "--no-dtls", "--listening-ip=\(address)", "--relay-ip=\(address)",
                "--listening-port=\(port)", "--lt-cred-mech", "--user=ann:secret", "--realm=example.org",
                "--userdb=\(folder.url.path)/users", "--pidfile=\(folder.url.path)/pid", "--log-file=stdout",
            ])
        let bus = try await PrivateBus.start()
        let media = ["--camera", "test-pattern", "--microphone", "test-tone", "--speaker", "none"]
        let caller = try await HeadlessInstance.start("relay-caller", on: bus, options: media)
        let called = try await HeadlessInstance.start("relay-called", on: bus, options: media + ["--auto-accept"])
        let uri = "turn:\(address):\(port)?transport=udp"
        #expect(try caller.control("configure", uri).status == 1, "a TURN server without a user")
        for side in [caller, called] {
            try side.must("configure", uri, "--user", "ann", "--password", "secret", "--relay-only")
        }
        #expect(try caller.control("configure").output.contains(uri))
        #expect(try !caller.control("configure").output.contains("secret"))
        try caller.must("connect", "main", "\(address):\(called.port)", "--wait")
        try await called.waitForStatistics("pictures over the relay") { $0.framesDecoded > 10 && $0.audioEnergy > 0 }
        let information = try caller.control("info", "main", "--json").output
        #expect(information.contains("relay") && !information.contains("host"), "\(information)")
        try caller.must("disconnect", "main")
        withExtendedLifetime(server) {}
    }
}
