import Testing

@testable import Conference

@Suite struct FileTransferStateTests {
    private func accepted(isOwn: Bool) -> FileTransferState { FileTransferState(isOwn: isOwn, stage: .accepted) }

    @Test("Only the receiver answers, and once")
    func answers() {
        var sender = FileTransferState(isOwn: true)
        #expect(sender.handle(.accept(byUs: true)).isEmpty)
        #expect(sender.handle(.accept(byUs: false)) == [.run])
        #expect(sender.handle(.decline(byUs: false)).isEmpty)
        var receiver = FileTransferState(isOwn: false)
        #expect(receiver.canAccept && !receiver.canPause)
        #expect(receiver.handle(.accept(byUs: false)).isEmpty)
        #expect(receiver.handle(.decline(byUs: true)) == [.tell(.decline)])
        #expect(receiver.handle(.accept(byUs: true)).isEmpty)
        #expect(receiver.phase == .declined && receiver.isOver)
    }

    @Test("Each side's pause is its own: it goes on when both want it")
    func pauses() {
        var state = accepted(isOwn: false)
        _ = state.handle(.started)
        #expect(state.phase == .running)
        #expect(state.handle(.pause(byUs: true)) == [.tell(.pause), .stop])
        #expect(state.handle(.pause(byUs: true)).isEmpty)
        #expect(state.handle(.pause(byUs: false)) == [.stop])
        #expect(state.phase == .paused(byUs: true, byThem: true))
        #expect(state.handle(.started).isEmpty && state.phase == .paused(byUs: true, byThem: true))
        #expect(state.handle(.resume(byUs: true)) == [.tell(.resume)])
        #expect(state.handle(.resume(byUs: false)) == [.run])
        #expect(state.phase == .waiting)
    }

    @Test("A broken way is no failure; a failure goes on after a retry, unless the file is another one")
    func failures() {
        var state = accepted(isOwn: false)
        #expect(state.handle(.interrupted(.connectionLost)).isEmpty)
        #expect(state.phase == .interrupted(.connectionLost) && state.isWanted && state.canRetry)
        #expect(state.handle(.retry(byUs: true)) == [.run])
        #expect(state.handle(.fail(.diskFull, byUs: true)) == [.tell(.fail(.diskFull)), .stop])
        #expect(state.handle(.fail(.diskError, byUs: false)).isEmpty)
        #expect(state.handle(.retry(byUs: false)) == [.run])
        #expect(state.handle(.fail(.hashMismatch, byUs: true)) == [.tell(.fail(.hashMismatch)), .stop, .discard])
        #expect(state.handle(.cancel(byUs: true)) == [.tell(.cancel), .stop, .discard])
        #expect(state.handle(.retry(byUs: true)).isEmpty)
        var changed = accepted(isOwn: false)
        _ = changed.handle(.fail(.remoteSourceChanged, byUs: false))
        #expect(!changed.canRetry && changed.handle(.retry(byUs: true)).isEmpty)
    }

    @Test("Only the receiver says that it is done; nothing comes after the end")
    func done() {
        var sender = accepted(isOwn: true)
        _ = sender.handle(.complete)
        #expect(sender.phase == .verifying)
        #expect(sender.handle(.verified(byUs: true)).isEmpty)
        #expect(sender.handle(.verified(byUs: false)) == [.stop])
        for event in [
            FileTransferState.Event.cancel(byUs: true), .pause(byUs: false), .fail(.diskFull, byUs: false),
            .retry(byUs: true), .accept(byUs: false), .interrupted(.unreachable), .started,
        ] {
            #expect(sender.handle(event).isEmpty)
        }
        #expect(sender.phase == .done)
    }
}
