import Foundation
import Instances
import Programs
import Testing

/// Two headless instances that write to each other, through causeriectl alone.
@Suite("Chat between programs", .serialized) struct ChatTests {
    private static let quiet = ["--camera", "none", "--microphone", "none", "--speaker", "none", "--auto-accept"]

    private final class Side {
        let name: String
        private(set) var instance: HeadlessInstance

        init(_ name: String, on bus: PrivateBus) async throws {
            self.name = name
            instance = try await HeadlessInstance.start(name, on: bus, options: ChatTests.quiet)
        }

        var address: String { instance.address }

        /// Ends it as a fault would, at once.
        func kill() async throws {
            instance.program.send(SIGKILL)
            _ = try await instance.program.waitForEnd()
        }

        func restart() async throws {
            instance = try await HeadlessInstance.start(
                name, on: instance.bus, options: ChatTests.quiet, port: instance.port, home: instance.home)
        }

        /// What was written by this side, or to it, in order.
        func texts(with who: String, own: Bool) throws -> [String] {
            let outcome = try instance.control("messages", who, "--json", "--count", "1000")
            guard outcome.status == 0 else { return [] }
            let messages = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [[String: Any]] ?? []
            return messages.filter { $0["isOwn"] as? Bool == own }.compactMap { $0["text"] as? String }
        }

        func conversation() throws -> [String: Any] {
            let outcome = try instance.control("conversations", "--json")
            let all = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [[String: Any]] ?? []
            return all.first ?? [:]
        }
    }

    private func until(_ what: String, _ condition: () throws -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(60)
        while try !condition() {
            guard ContinuousClock.now < end else { throw HeadlessInstance.NotStarted(errors: "waited for \(what)") }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Two that have agreed to talk.
    private func friends() async throws -> (ann: Side, bob: Side) {
        let bus = try await PrivateBus.start()
        let (ann, bob) = (try await Side("ann", on: bus), try await Side("bob", on: bus))
        try ann.instance.must("chat", bob.address, "first")
        try await until("the request") { try bob.conversation()["standing"] as? String == "requested" }
        let fingerprint = try #require(bob.conversation()["fingerprint"] as? String)
        try bob.instance.must("conversations", "--accept", fingerprint)
        try bob.instance.must("chat", fingerprint, "answer")
        try await until("the answer") { try ann.texts(with: bob.address, own: false) == ["answer"] }
        return (ann, bob)
    }

    @Test("messages go with and without a call, as typed; marks and markup stay text; monitor tells them")
    func withAndWithoutCall() async throws {
        let (ann, bob) = try await friends()
        let monitor = try bob.instance.startControl("monitor", "--json")
        try await monitor.wait(for: "main")
        let markup = "<b>&amp;</b> *bold* https://example.org/?a=1&b=<i>"
        try ann.instance.must("chat", bob.address, markup)
        try await monitor.wait(for: "MessageReceived")
        try ann.instance.must("connect", "main", bob.address, "--wait")
        try await until("the call carries it") { try ann.conversation()["way"] as? String == "call" }
        try ann.instance.must("chat", "main", "during the call")
        try bob.instance.must("chat", "main", "heard")
        try await until("the answer in the call") { try ann.texts(with: "main", own: false).last == "heard" }
        try ann.instance.must("disconnect", "main")
        try await until("the call no longer carries it") { try ann.conversation()["way"] as? String != "call" }
        try ann.instance.must("chat", bob.address, "after the call")
        let fingerprint = try #require(bob.conversation()["fingerprint"] as? String)
        try await until("all of them") {
            try bob.texts(with: fingerprint, own: false) == ["first", markup, "during the call", "after the call"]
        }
        try ann.instance.must("chat", "--edit", bob.address, "edited")
        try await until("edited") { try bob.texts(with: fingerprint, own: false).last == "edited" }
        try ann.instance.must("chat", "--delete", bob.address)
        try await until("deleted") { try bob.texts(with: fingerprint, own: false).last == "" }
        #expect(try ann.instance.control("messages", "--search", "duri", "--json").output.contains("during the call"))
        #expect(try ann.instance.control("chat", bob.address, " ").status == 1)
        #expect(try ann.instance.control("chat", "127.0.0.1:1", "x").errors.contains("nobody answers"))
    }

    @Test("either side killed at twenty moments each: every message arrives once, in order; also to one who was away")
    func killed() async throws {
        let (ann, bob) = try await friends()
        let toAnn = try #require(bob.conversation()["fingerprint"] as? String)
        let toBob = try #require(ann.conversation()["fingerprint"] as? String)
        for round in 0..<20 {
            for victim in [ann, bob] {
                let senders = [
                    try ann.instance.startControl("chat", toBob, "ann \(round) \(victim.name)"),
                    try bob.instance.startControl("chat", toAnn, "bob \(round) \(victim.name)"),
                ]
                try await Task.sleep(for: .milliseconds(Int.random(in: 0...120)))
                try await victim.kill()
                for sender in senders { _ = try await sender.waitForEnd() }
                // To one who is away.
                if victim === bob, round % 5 == 0 { try ann.instance.must("chat", toBob, "away \(round)") }
                try await victim.restart()
            }
        }
        try ann.instance.must("chat", toBob, "last of ann")
        try bob.instance.must("chat", toAnn, "last of bob")
        for (sender, receiver, to, from) in [(ann, bob, toBob, toAnn), (bob, ann, toAnn, toBob)] {
            try await until("the last of \(sender.name)") {
                try receiver.texts(with: from, own: false).last == "last of \(sender.name)"
            }
            let (written, read) = (try sender.texts(with: to, own: true), try receiver.texts(with: from, own: false))
            #expect(read == written)
            #expect(Set(read).count == read.count)
            #expect(written.count > 10)
        }
    }
}
