import Testing

@testable import Conference

@Suite("Call state machine") struct CallStateMachineTests {
    private typealias State = CallStateMachine.State

    /// Every event; those with a value once for each kind of consequence.
    static let events: [CallEvent] = [
        .dialed, .offerReceived, .carrierOpened, .carrierFailed(.unknownHost), .carrierClosed, .carrierSilent,
        .carrierViolated, .offerReady, .answerReady, .descriptionRefused(.incompatible), .ringingReceived,
        .answerReceived, .hangUpReceived(.unspecified), .hangUpReceived(.mediaFailed),
        .hangUpReceived(.connectionLost), .hangUpReceived(.failed), .descriptionRefused(.outOfResources),
        .rejectReceived(.busy), .rejectReceived(.declined), .rejectReceived(.timeout), .rejectReceived(.incompatible),
        .rejectReceived(.failed), .accepted, .declined, .hungUp, .yielded, .mediaConnected, .mediaDisconnected,
        .mediaFailed, .mediaClosed, .timedOut, .carrierLost, .carrierRestored, .identityRefused,
    ]

    /// A way to each state, as both caller and called where both get there, and with each fate of the signalling.
    static let ways: [[CallEvent]] = [
        [],
        [.dialed],
        [.dialed, .offerReady],
        [.dialed, .carrierOpened],
        [.dialed, .offerReady, .carrierOpened],
        [.dialed, .carrierOpened, .offerReady, .ringingReceived],
        [.offerReceived],
        [.offerReceived, .accepted],
        [.dialed, .carrierOpened, .offerReady, .answerReceived],
        [.offerReceived, .accepted, .answerReady],
        [.offerReceived, .accepted, .answerReady, .mediaConnected],
        [.offerReceived, .accepted, .answerReady, .mediaConnected, .carrierClosed],
        [.offerReceived, .accepted, .answerReady, .mediaConnected, .carrierSilent],
        [.offerReceived, .accepted, .answerReady, .mediaConnected, .mediaDisconnected],
        [.offerReceived, .accepted, .answerReady, .mediaConnected, .mediaDisconnected, .carrierSilent],
        [.dialed, .carrierOpened, .offerReady, .answerReceived, .carrierLost],
        [.offerReceived, .accepted, .answerReady, .mediaConnected, .carrierLost],
        [.offerReceived, .accepted, .answerReady, .mediaConnected, .carrierLost, .mediaDisconnected],
        [.offerReceived, .accepted, .answerReady, .mediaConnected, .mediaDisconnected, .carrierLost],
        [.dialed, .hungUp],
        [.offerReceived, .declined],
    ]

    private static func machine(after way: [CallEvent]) -> CallStateMachine {
        var machine = CallStateMachine()
        for event in way { _ = machine.handle(event) }
        return machine
    }

    @Test("every event in every state: the call stays whole", arguments: ways, events)
    func everyEventInEveryState(way: [CallEvent], event: CallEvent) {
        let before = Self.machine(after: way)
        var after = before
        let actions = after.handle(event)
        if case .ended = before.state {
            #expect(after == before, "an ended call stays as it is")
            #expect(actions.isEmpty)
            return
        }
        if case .ended = after.state {
            #expect(actions.last == .close, "an ended call leaves nothing open")
            #expect(actions.contains(.stopTimer))
            #expect(actions.filter { $0 == .close }.count == 1)
        } else {
            #expect(!actions.contains(.close), "a call that goes on keeps what it has")
        }
        if after == before { #expect(actions.isEmpty, "nothing is done without a change") }
        let words: [CallAction] =
            [.sendOffer, .sendAnswer, .sendRinging] + HangUpReason.allCases.map { .sendHangUp($0) }
        if ![.open, .lost].contains(after.carrier) {
            #expect(!actions.contains { words.contains($0) }, "nobody hears it")
        }
        #expect(Self.expected(before, event) == after.state)
    }

    /// Where an event leads; every pair that is not named leaves the state as it is.
    private static func expected(_ machine: CallStateMachine, _ event: CallEvent) -> State {
        switch (machine.state, event) {
        case (.idle, .dialed): .dialing(hasOffer: false)
        case (.idle, .offerReceived): .incoming
        case (.idle, .hungUp): .ended(.localHangUp)

        case (.dialing, .offerReady): .dialing(hasOffer: true)
        case (.dialing(let hasOffer), .carrierOpened): hasOffer ? .waiting : .offering
        case (.dialing, .carrierFailed(let reason)): .ended(reason)
        case (.dialing, .timedOut): .ended(.unreachable)
        case (.dialing, .descriptionRefused(let reason)), (.offering, .descriptionRefused(let reason)): .ended(reason)
        case (.dialing, .mediaFailed), (.offering, .mediaFailed): .ended(.mediaFailed)
        case (.dialing, .hungUp), (.dialing, .yielded), (.offering, .hungUp), (.offering, .yielded):
            .ended(.localHangUp)

        case (.offering, .offerReady): .waiting
        case (.offering, .timedOut): .ended(.localError("the media was not ready in time"))
        case (.waiting, .ringingReceived): .ringing
        case (.waiting, .answerReceived), (.ringing, .answerReceived): .connecting
        case (.waiting, .timedOut), (.ringing, .timedOut): .ended(.noAnswer)
        case (.waiting, .yielded), (.ringing, .yielded): .ended(.localHangUp)
        case (.offering, .rejectReceived(let reason)), (.waiting, .rejectReceived(let reason)),
            (.ringing, .rejectReceived(let reason)), (.connecting, .rejectReceived(let reason)):
            .ended(EndReason(reason))

        case (.incoming, .accepted): .answering
        case (.incoming, .declined), (.incoming, .hungUp): .ended(.declined)
        case (.incoming, .hangUpReceived), (.incoming, .carrierClosed), (.incoming, .carrierSilent),
            (.incoming, .timedOut):
            .ended(.missed)
        case (.answering, .answerReady): .connecting
        case (.answering, .descriptionRefused(let reason)), (.connecting, .descriptionRefused(let reason)):
            .ended(reason)
        case (.answering, .timedOut), (.connecting, .timedOut): .ended(.mediaFailed)

        case (.connecting, .mediaConnected), (.reconnecting, .mediaConnected): .connected
        case (.connected, .mediaDisconnected):
            machine.carrier == .closed ? .ended(.remoteVanished) : .reconnecting
        case (.connected, .mediaFailed) where machine.carrier == .lost: .reconnecting
        case (.reconnecting, .mediaFailed) where machine.carrier == .lost: .reconnecting
        case (.connected, .mediaFailed), (.reconnecting, .mediaFailed), (.reconnecting, .timedOut):
            .ended(.connectionLost)
        case (.waiting, .mediaFailed), (.ringing, .mediaFailed), (.answering, .mediaFailed),
            (.connecting, .mediaFailed):
            .ended(.mediaFailed)
        case (.connecting, .mediaClosed), (.connected, .mediaClosed), (.reconnecting, .mediaClosed):
            .ended(.remoteHangUp)

        case (.offering, .hangUpReceived(let reason)), (.waiting, .hangUpReceived(let reason)),
            (.ringing, .hangUpReceived(let reason)), (.answering, .hangUpReceived(let reason)),
            (.connecting, .hangUpReceived(let reason)), (.connected, .hangUpReceived(let reason)),
            (.reconnecting, .hangUpReceived(let reason)):
            .ended(EndReason(reason))
        case (.waiting, .hungUp), (.ringing, .hungUp), (.answering, .hungUp), (.connecting, .hungUp),
            (.connected, .hungUp), (.reconnecting, .hungUp):
            .ended(.localHangUp)

        case (_, .carrierViolated) where [.open, .lost].contains(machine.carrier): .ended(.protocolError)
        case (.waiting, .identityRefused), (.ringing, .identityRefused): .ended(.identityChanged)
        case (.incoming, .carrierLost): .ended(.missed)
        case (.offering, .carrierLost), (.waiting, .carrierLost), (.ringing, .carrierLost), (.answering, .carrierLost):
            .ended(.connectionLost)
        case (.offering, .carrierClosed), (.waiting, .carrierClosed), (.ringing, .carrierClosed),
            (.answering, .carrierClosed), (.connecting, .carrierClosed), (.offering, .carrierSilent),
            (.waiting, .carrierSilent), (.ringing, .carrierSilent), (.answering, .carrierSilent),
            (.connecting, .carrierSilent):
            .ended(.connectionLost)
        case (.reconnecting, .carrierClosed) where [.open, .lost].contains(machine.carrier): .ended(.connectionLost)
        default: machine.state
        }
    }

    @Test("a caller's call from dialling to the far side's hang-up")
    func callerPath() {
        var machine = CallStateMachine()
        #expect(machine.handle(.dialed) == [.startTimer(.attempt), .openCarrier, .makeOffer])
        #expect(machine.handle(.offerReady) == [])
        #expect(machine.streamState == .calling)
        #expect(machine.handle(.carrierOpened) == [.sendOffer])
        #expect(machine.handle(.ringingReceived) == [])
        #expect(machine.handle(.answerReceived) == [.startTimer(.attempt), .applyAnswer])
        #expect(machine.streamState == .connecting)
        #expect(machine.handle(.answerReceived) == [], "a late answer is ignored")
        #expect(machine.handle(.mediaConnected) == [.stopTimer])
        #expect(machine.streamState == .connected)
        #expect(machine.handle(.hangUpReceived(.unspecified)) == [.stopTimer, .close])
        #expect(machine.streamState == .ended(.remoteHangUp))
    }

    @Test("a called person's call, with a way lost and found again")
    func calledPath() {
        var machine = CallStateMachine()
        #expect(machine.handle(.offerReceived) == [.startTimer(.ring), .sendRinging])
        #expect(machine.streamState == .incoming)
        #expect(machine.handle(.accepted) == [.startTimer(.attempt), .makeAnswer])
        #expect(machine.handle(.answerReady) == [.sendAnswer])
        #expect(machine.handle(.mediaConnected) == [.stopTimer])
        #expect(machine.handle(.mediaDisconnected) == [.startTimer(.reconnect)])
        #expect(machine.streamState == .reconnecting)
        #expect(machine.handle(.mediaConnected) == [.stopTimer])
        #expect(machine.handle(.hungUp) == [.stopTimer, .sendHangUp(.unspecified), .close])
        #expect(machine.streamState == .ended(.localHangUp))
    }

    @Test("a refusal says its reason to the caller")
    func refusals() {
        var declined = Self.machine(after: [.offerReceived])
        #expect(declined.handle(.declined) == [.stopTimer, .sendReject(.declined), .close])
        var unattended = Self.machine(after: [.offerReceived])
        #expect(unattended.handle(.timedOut) == [.stopTimer, .sendReject(.timeout), .close])
        var incompatible = Self.machine(after: [.offerReceived, .accepted])
        #expect(
            incompatible.handle(.descriptionRefused(.incompatible))
                == [.stopTimer, .sendReject(.incompatible), .close])
        var exhausted = Self.machine(after: [.offerReceived, .accepted])
        #expect(
            exhausted.handle(.descriptionRefused(.outOfResources)) == [.stopTimer, .sendReject(.failed), .close])
    }

    @Test("who ends a call that a person did not end says why, and the other side ends for the same reason")
    func hangUpReasons() {
        let connected: [CallEvent] = [.offerReceived, .accepted, .answerReady, .mediaConnected]
        var lost = Self.machine(after: connected + [.mediaDisconnected])
        #expect(lost.handle(.timedOut) == [.stopTimer, .sendHangUp(.connectionLost), .close])
        var wayless = Self.machine(after: [.offerReceived, .accepted, .answerReady])
        #expect(wayless.handle(.mediaFailed) == [.stopTimer, .sendHangUp(.mediaFailed), .close])
        var refusing = Self.machine(after: [.dialed, .carrierOpened, .offerReady])
        #expect(refusing.handle(.identityRefused) == [.stopTimer, .sendHangUp(.identityChanged), .close])
        let told: [(HangUpReason, EndReason)] = [
            (.unspecified, .remoteHangUp), (.mediaFailed, .mediaFailed), (.connectionLost, .connectionLost),
            (.incompatible, .incompatible), (.identityChanged, .identityRefused), (.failed, .remoteFailed),
        ]
        #expect(Set(told.map(\.0)) == Set(HangUpReason.allCases))
        for (reason, end) in told {
            var machine = Self.machine(after: connected)
            _ = machine.handle(.hangUpReceived(reason))
            #expect(machine.state == .ended(end))
        }
    }

    @Test("nothing is said on a connection that is gone")
    func wordsNeedACarrier() {
        var machine = Self.machine(after: [
            .offerReceived, .accepted, .answerReady, .mediaConnected, .carrierClosed,
        ])
        #expect(machine.handle(.hungUp) == [.stopTimer, .close])
    }

    @Test("a call that has lost both ways lasts for a time of its own, and the usual one again once it is heard")
    func isolation() {
        var machine = Self.machine(after: [.offerReceived, .accepted, .answerReady, .mediaConnected])
        #expect(machine.handle(.carrierLost) == [])
        #expect(machine.handle(.mediaDisconnected) == [.startTimer(.isolated)])
        #expect(machine.handle(.mediaFailed) == [])
        #expect(machine.handle(.carrierRestored) == [.startTimer(.reconnect)])
        #expect(machine.handle(.carrierLost) == [.startTimer(.isolated)])
        #expect(machine.handle(.hungUp) == [.stopTimer, .sendHangUp(.unspecified), .close])
    }

    @Test("every way that a call ends has its own code and its own sentence")
    func reasons() {
        let reasons: [EndReason] = [
            .localHangUp, .remoteHangUp, .declined, .busy, .noAnswer, .missed, .invalidAddress, .unknownHost,
            .connectionRefused, .unreachable, .notCauserie, .identityChanged, .unknownPerson, .serverNotTrusted,
            .incompatible, .mediaFailed,
            .connectionLost, .remoteVanished, .protocolError, .localError("x"), .identityRefused, .remoteFailed,
            .outOfResources,
        ]
        for reason in reasons where reason != .localError("x") { #expect(EndReason(code: reason.code) == reason) }
        #expect(Set(reasons.map(\.code)).count == reasons.count)
        #expect(Set(reasons.map(\.sentence)).count == reasons.count)
        #expect(reasons.allSatisfy { $0.sentence.hasSuffix(".") && !$0.sentence.contains("\n") })
    }
}
