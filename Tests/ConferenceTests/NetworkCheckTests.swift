import FoundationEssentials
import Logging
import NIOCore
import NIOPosix
import RTC
import Testing
import Transport
import Wire

@testable import Conference

@MainActor @Suite("Network check") struct NetworkCheckTests {
    private func conference(_ scratch: ScratchProfile) -> Conference {
        Conference(
            profile: nil, options: ConferenceOptions(port: 0, folders: scratch.folders), logger: Logger(label: "test"),
            makeMedia: MediaScript().maker)
    }

    /// A socket that takes everything and answers nothing.
    private func silentServer() async throws -> (uri: String, socket: any Channel) {
        let socket = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        return ("stun:127.0.0.1:\(try #require(socket.localAddress?.port))", socket)
    }

    @Test("without servers it says so, and that nobody listens before the start")
    func bare() async throws {
        let conference = conference(try ScratchProfile())
        let check = conference.networkCheck
        async let first: Void = check.run()
        // Two askers, one look.
        async let second: Void = check.run()
        _ = await (first, second)
        let states = Dictionary(check.findings.map { ($0.id, $0.state) }) { one, _ in one }
        #expect(states["stun"] == .warning && states["turn"] == .warning && states["calls"] == .warning)
        #expect(states["firewall"] != nil && !states.values.contains(.running) && !check.isRunning)
        #expect(Set(check.findings.map(\.id)).count == check.findings.count)
    }

    @Test("it calls itself at its own addresses while it listens")
    func listening() async throws {
        let conference = conference(try ScratchProfile())
        await conference.start()
        try await until("it listens") { conference.listeningPort != nil }
        await conference.networkCheck.run()
        let calls = conference.networkCheck.findings.filter { $0.id.hasPrefix("calls ") }
        #expect(calls.allSatisfy { $0.state == .ok }, "\(calls)")
        let own = try NetworkInterfaces.addresses(withLoopback: false).filter { !$0.isLoopback }
        #expect(calls.isEmpty == own.isEmpty)
        await conference.shutdown()
    }

    @Test("it can be ended: what is not known yet is left out, and it can be begun again")
    func cancelled() async throws {
        let conference = conference(try ScratchProfile())
        let (server, socket) = try await silentServer()
        try conference.configure(NetworkSettings(servers: [.init(server)]))
        let check = conference.networkCheck
        let run = Task { await check.run() }
        try await until("it looks") { check.findings.contains { $0.state == .running } }
        check.cancel()
        await run.value
        #expect(check.isIncomplete && !check.isRunning && !check.findings.contains { $0.id.hasPrefix("stun:") })
        try conference.configure(NetworkSettings())
        await check.run()
        #expect(!check.isIncomplete && check.findings.contains { $0.id == "stun" })
        try await socket.close()
    }

    @Test("a time that is over is a failure")
    func limit() async throws {
        let conference = conference(try ScratchProfile())
        let (server, socket) = try await silentServer()
        try conference.configure(NetworkSettings(servers: [.init(server)]))
        let check = NetworkCheck(conference, limit: .milliseconds(1))
        await check.run()
        #expect(check.findings.first { $0.id.hasPrefix("stun:") }?.state == .failed)
        try await socket.close()
    }

    @Test("the text to send to somebody holds words for every finding, filled in")
    func text() {
        var finding = NetworkFinding("a", Phrase("STUN server {server}", ["server": "stun.example.org"]))
        finding.conclude(.failed("No {x}.", ["x": "{server}"]))
        #expect(NetworkCheck.text([finding]) { $0.english } == "✗ STUN server stun.example.org: No {server}.\n")
    }

    @Test("each kind of translation has its sentence; only one without a relay is worth a warning")
    func translations() {
        func report(_ mapping: NATBehaviour?, _ filtering: NATBehaviour?, translated: Bool = true) -> NATReport {
            var report = NATReport()
            report.isTranslated = translated
            report.mapping = mapping
            report.filtering = filtering
            return report
        }
        var sentences: Set<String> = []
        for filtering in NATBehaviour.allCases {
            for mapping in NATBehaviour.allCases {
                let alone = NetworkVerdict.translation(report(mapping, filtering), hasRelay: false)
                #expect(alone?.state == (mapping == .endpointIndependent ? .ok : .warning))
                #expect(NetworkVerdict.translation(report(mapping, filtering), hasRelay: true)?.state == .ok)
                sentences.insert(alone?.sentence.text ?? "")
            }
        }
        #expect(sentences.count == 3 && !sentences.contains(""))
        #expect(NetworkVerdict.translation(report(nil, nil), hasRelay: false)?.state == .ok)
        #expect(NetworkVerdict.translation(report(nil, nil, translated: false), hasRelay: false)?.state == .ok)
        #expect(NetworkVerdict.translation(NATReport(), hasRelay: false) == nil)
    }

    @Test("a firewall that is on says what to open")
    func firewall() throws {
        let scratch = try ScratchProfile()
        let root = scratch.folders.data
        #expect(LocalFirewall.found(root: root) == .none)
        try scratch.write("# comment\nENABLED=yes\n", to: "ufw.conf", in: root + "/etc/ufw")
        #expect(LocalFirewall.found(root: root) == .ufw)
        try scratch.write("ENABLED=no\n", to: "ufw.conf", in: root + "/etc/ufw")
        try scratch.write("1\n", to: "firewalld.pid", in: root + "/run")
        #expect(LocalFirewall.found(root: root) == .firewalld)
        let sentence = LocalFirewall.ufw.verdict(port: 29172, mediaPorts: 50000...50100).sentence.english
        #expect(sentence.contains("allow 29172/tcp") && sentence.contains("allow 50000:50100/udp"))
        #expect(LocalFirewall.none.verdict(port: 29172, mediaPorts: nil).state == .ok)
    }
}
