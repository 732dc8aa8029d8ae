import RTC
import TestSupport
import Testing
import Wire

/// What the network does to a running call, and how long nothing is heard.
@Suite("A path that changes") struct PathChangeTests {
    private static let home = MovingCall.address(1)
    private static let second = MovingCall.address(1, network: 1)
    private static let far = MovingCall.address(2)

    /// A local network, a way across a country, a bad one.
    static let networks: [LinkConditions] = [.localNetwork, LinkConditions(delay: .milliseconds(40)), .wifiLossy]

    private func connected(
        seed: UInt64, _ conditions: LinkConditions = .localNetwork, caller: [TransportAddress] = [home],
        called: [TransportAddress] = [far]
    ) throws -> MovingCall {
        let call = try MovingCall(seed: seed, conditions: conditions)
        call.connect(caller, called)
        #expect(call.isConnected && call.agreesOnPair)
        return call
    }

    @Test("an interface that comes interrupts nothing, and is used only if it is better", arguments: networks)
    func interfaceComes(_ conditions: LinkConditions) throws {
        let call = try connected(seed: 100, conditions)
        let start = call.now
        let pair = call.caller.peer.selectedPair?.base
        call.plug(Self.second, into: call.caller)
        call.run(for: .seconds(4))
        #expect(call.silence(since: start) < .milliseconds(400))
        #expect(call.caller.peer.selectedPair?.base == pair)
        #expect(call.caller.states.last == .connected && !call.caller.states.contains(.disconnected))
        #expect(call.caller.offers == 1 && call.called.offers == 0, "no restart for it")
    }

    @Test(
        "the interface in use goes: another takes over in less than 1.5 s, whoever loses it",
        arguments: networks, [true, false])
    func interfaceGoes(_ conditions: LinkConditions, isCallers: Bool) throws {
        let call = try connected(
            seed: 101, conditions, caller: isCallers ? [Self.home, Self.second] : [Self.far],
            called: isCallers ? [Self.far] : [Self.home, Self.second])
        let side = isCallers ? call.caller : call.called
        #expect(side.peer.selectedPair?.base == Self.home)
        call.sendsPictures = true
        call.run(for: .seconds(1))
        let start = call.now
        call.unplug(Self.home, from: side)
        call.run(for: .seconds(7))
        #expect(call.silence(since: start) < .milliseconds(1500))
        #expect(call.freeze(since: start) < .seconds(2))
        #expect(call.isConnected && call.agreesOnPair)
        #expect(side.peer.selectedPair?.base == Self.second)
    }

    @Test("the only interface goes and another comes a second later: back at once", arguments: networks, [true, false])
    func interfaceIsReplaced(_ conditions: LinkConditions, isCallers: Bool) throws {
        let call = try connected(
            seed: 102, conditions, caller: isCallers ? [Self.home] : [Self.far],
            called: isCallers ? [Self.far] : [Self.home])
        let side = isCallers ? call.caller : call.called
        call.unplug(Self.home, from: side)
        call.run(for: .seconds(1))
        #expect(side.peer.connectionState == .disconnected)
        let start = call.now
        call.plug(Self.second, into: side)
        call.run(for: .seconds(7))
        #expect(call.silence(since: start) < .milliseconds(1500))
        #expect(call.isConnected && call.agreesOnPair)
    }

    @Test("when the pairs known lead nowhere, a restart finds the way that has come since")
    func restartFinds() throws {
        // Nothing from the second interface gets to the far side's first one: only signalling tells of its other.
        let call = try connected(seed: 103, caller: [Self.home, Self.second])
        let other = MovingCall.address(2, network: 1)
        call.network.setConditions(.cut, from: Self.second.ip, to: Self.far.ip)
        call.network.setConditions(.cut, from: Self.far.ip, to: Self.second.ip)
        call.network.setConditions(.cut, from: other.ip, to: Self.second.ip)
        let start = call.now
        call.unplug(Self.home, from: call.caller)
        call.run(for: .milliseconds(600))
        #expect(call.caller.offers == 2, "asked for by itself")
        call.network.setConditions(nil, from: other.ip, to: Self.second.ip)
        call.plug(other, into: call.called)
        call.run(for: .seconds(5))
        #expect(call.silence(since: start) < .milliseconds(1500))
        #expect(call.isConnected && call.agreesOnPair)
        #expect(call.caller.peer.selectedPair?.remote == other)
    }

    @Test("a restart from either side interrupts nothing, and both get new credentials", arguments: [true, false])
    func restart(isCallers: Bool) throws {
        let call = try connected(seed: 104)
        let side = isCallers ? call.caller : call.called
        let old = [call.caller, call.called].map { $0.peer.iceUsernameFragment }
        let start = call.now
        // Signalling takes half a minute: the old pair carries media, with its consent.
        call.isSignallingUp = false
        call.restart(from: side)
        call.run(for: .seconds(35))
        #expect(call.silence(since: start) < .milliseconds(100))
        call.isSignallingUp = true
        call.run(for: .seconds(8))
        #expect(call.silence(since: start) < .milliseconds(100))
        #expect(call.isConnected && call.agreesOnPair)
        #expect(zip(old, [call.caller, call.called]).allSatisfy { $0 != $1.peer.iceUsernameFragment })
        #expect(!call.caller.states.contains(.disconnected) && !call.called.states.contains(.disconnected))
    }

    @Test("two restarts that cross are one", arguments: 0..<5)
    func glare(seed: Int) throws {
        let call = try connected(seed: UInt64(105 + seed), LinkConditions(delay: .milliseconds(5 * (seed + 1))))
        let start = call.now
        call.restart(from: call.caller)
        if seed > 0 { call.run(for: .milliseconds(7 * seed)) }
        call.restart(from: call.called)
        call.run(for: .seconds(8))
        #expect(call.silence(since: start) < .milliseconds(100))
        #expect(call.isConnected && call.agreesOnPair)
        #expect(call.caller.answers + call.called.answers >= 2, "the first description of the call, and a restart")
        #expect(call.caller.refusals.isEmpty && call.called.refusals.isEmpty)
    }

    @Test("a restart that gives way to an ordinary offer is taken back, and made after it")
    func restartYields() throws {
        let call = try connected(seed: 110)
        let start = call.now
        let old = call.called.peer.iceUsernameFragment
        var answer = ""
        call.rewrite = { type, text in
            if type == .answer, answer.isEmpty { answer = text }
            return text
        }
        call.restart(from: call.called)
        #expect(call.called.peer.iceUsernameFragment != old)
        call.restartNothing(from: call.caller)
        call.run(for: .seconds(8))
        // The caller's offer has the credentials of before, and so must the answer to it.
        #expect(answer.contains("a=ice-ufrag:\(old)\r\n"))
        #expect(call.called.peer.iceUsernameFragment != old, "made good")
        #expect(call.called.offers == 2)
        #expect(call.silence(since: start) < .milliseconds(100))
        #expect(call.isConnected && call.agreesOnPair)
    }

    @Test(
        "a restart with another certificate is refused, and the call goes on as it was",
        arguments: [DescriptionType.offer, .answer])
    func newCertificate(forged: DescriptionType) throws {
        let call = try connected(seed: 111)
        let other = try DTLSCertificate.generate(commonName: "another", secondsSince1970: 1_700_000_000)
        let start = call.now
        call.rewrite = { type, text in
            guard type == forged else { return text }
            return text.split(separator: "\r\n").map { line in
                (line.hasPrefix("a=fingerprint") ? "a=fingerprint:\(other.fingerprint)" : String(line)) + "\r\n"
            }.joined()
        }
        call.restart(from: call.caller)
        call.run(for: .seconds(1))
        #expect(call.called.refusals == (forged == .offer ? [.certificateChanged] : []))
        #expect(call.caller.refusals == (forged == .answer ? [.certificateChanged] : []))
        call.run(for: .seconds(40))
        #expect(call.silence(since: start) < .milliseconds(100))
        #expect(call.isConnected)
        // The next one is taken.
        call.rewrite = { $1 }
        call.restart(from: call.caller)
        call.run(for: .seconds(5))
        #expect(call.silence(since: start) < .milliseconds(100))
        #expect(call.isConnected && call.agreesOnPair)
        #expect(call.called.refusals.count + call.caller.refusals.count == 1)
    }

    @Test(
        "an outage is survived without anybody's doing, signalling or not",
        arguments: [(10, true), (10, false), (29, true)])
    func outage(seconds: Int, signallingFails: Bool) throws {
        let call = try connected(seed: UInt64(120 + seconds))
        call.sendsPictures = true
        call.run(for: .seconds(1))
        call.network.conditions = .cut
        if signallingFails { call.isSignallingUp = false }
        call.run(for: .seconds(seconds))
        #expect(call.caller.peer.connectionState == .disconnected)
        #expect(call.called.peer.connectionState == .disconnected)
        let start = call.now
        call.network.conditions = .localNetwork
        call.isSignallingUp = true
        call.run(for: .seconds(8))
        #expect(call.isConnected && call.agreesOnPair)
        #expect(call.silence(since: start) < .seconds(2))
        #expect(call.freeze(since: start) < .seconds(3))
    }

    @Test("after a sleep the far side is asked at once, and a dead path is left in a second or two")
    func sleep() throws {
        let call = try connected(seed: 130)
        let sent = call.network.sentCount
        call.caller.peer.wokeUp(at: call.now)
        call.run(for: .milliseconds(5))
        #expect(call.network.sentCount > sent)
        call.run(for: .seconds(3))
        #expect(!call.caller.states.contains(.disconnected), "the far side is there")
        // The far side has moved meanwhile, and could not say so.
        call.unplug(Self.far, from: call.called)
        call.plug(MovingCall.address(3), into: call.called)
        call.run(for: .milliseconds(1))
        let start = call.now
        call.caller.peer.wokeUp(at: call.now)
        call.run(for: .seconds(10))
        #expect(call.silence(since: start) < .seconds(3))
        #expect(call.isConnected && call.agreesOnPair)
    }
}
