import Foundation
import Instances
import Programs

/// What is measured: calls between two headless instances, one in each home.
final class InstanceSetup {
    enum Signaling {
        /// Both are known at the rendezvous server before: only descriptions are exchanged.
        case throughServer
        /// To the other's router, whose port leads to the computer: TCP and TLS come first.
        case byAddress
    }

    private let ann: HeadlessInstance
    private let bob: HeadlessInstance

    init(_ homes: TwoHomes, _ server: InternetServer, _ way: Way) async throws {
        let media = ["--camera", "test-pattern:320x240@30", "--microphone", "test-tone", "--speaker", "none"]
        let bus = try await PrivateBus.start()
        ann = try await HeadlessInstance.start(
            "setup-ann", on: bus, options: media, through: server.trusting(in: .ann, of: homes))
        bob = try await HeadlessInstance.start(
            "setup-bob", on: bus, options: media + ["--auto-accept"], through: server.trusting(in: .bob, of: homes))
        try homes.forward(port: bob.port, to: .bob)
        for (side, name) in [(ann, "ann"), (bob, "bob")] {
            switch way {
            case .stun: try side.must("configure", "stun:\(TwoHomes.serverAddress):3478")
            case .turn:
                try side.must(
                    "configure", server.relay.uri, "--user", InternetServer.user, "--password",
                    InternetServer.password, "--relay-only")
            case .any:
                try side.must(
                    "configure", "stun:\(TwoHomes.serverAddress):3478", server.relay.uri, "--user",
                    InternetServer.user, "--password", InternetServer.password)
            }
            try side.must(
                "configure", "--server", "wss://\(TwoHomes.serverAddress):\(InternetServer.port)", "--name", name)
            try await side.waitForServer("connected")
        }
    }

    /// From `connect` to the first decoded picture of the other side, ms.
    func call(_ signaling: Signaling) async throws -> Double {
        let time = try await begin(signaling)
        try await end()
        return time
    }

    private func begin(_ signaling: Signaling) async throws -> Double {
        let address =
            switch signaling {
            case .throughServer: "bob@\(TwoHomes.serverAddress)"
            case .byAddress: "\(TwoHomes.Home.bob.outerAddress):\(bob.port)"
            }
        let outcome = try ann.control("connect", "main", address, "--wait")
        guard outcome.status == 0 else {
            throw HeadlessInstance.NotStarted(
                errors: outcome.errors + ann.program.complained + "\n" + bob.program.complained)
        }
        let statistics = try await ann.waitForStatistics("a picture") { $0.setupTime != nil }
        try await bob.waitForStatistics("a picture") { $0.framesDecoded > 0 }
        return statistics.setupTime ?? .infinity
    }
}

extension InstanceSetup: MovedCall {
    func begin() async throws { _ = try await begin(.throughServer) }

    func end() async throws {
        try ann.must("disconnect", "main")
        try await bob.wait(for: "state", "ended")
    }

    func missingSound() async throws -> [Double] { try [ann, bob].map { try $0.statistics().concealedSeconds } }

    func address() async throws -> String? {
        let report = try ann.statistics().report
        let pair = report.first { $0["type"] as? String == "candidate-pair" && $0["selected"] as? Bool == true }
        let candidate = report.first { $0["id"] as? String == pair?["localCandidateId"] as? String }
        return candidate?["relatedAddress"] as? String ?? candidate?["address"] as? String
    }
}
