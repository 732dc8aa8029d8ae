import CauserieApp
import Conference
import Testing

@Suite("The words on a file's card")
struct FilePresentationTests {
    private func card(
        _ isOwn: Bool, _ events: [FileTransferState.Event],
        offer: FileOffer = FileOffer(name: "a.txt", size: 2_000_000),
        done: Int64 = 0, rate: Double = 0, isListed: Bool = false
    ) -> FilePresentation {
        var state = FileTransferState(isOwn: isOwn)
        for event in events { _ = state.handle(event) }
        return FilePresentation(offer, state, bytesDone: done, bytesPerSecond: rate, who: "Ann", isListed: isListed)
    }

    private let received: [FileTransferState.Event] = [.accept(byUs: true), .started]
    private let sent: [FileTransferState.Event] = [.accept(byUs: false), .started]

    @Test("An offer can be answered by its receiver alone")
    func offered() {
        #expect(card(false, []).actions == [.accept, .decline, .acceptAs])
        #expect(card(true, []).actions == [.cancel])
        #expect(card(true, []).state == "Waiting for Ann to accept")
        #expect(card(false, []).fraction == nil)
    }

    @Test("A running one says how far, how fast and how long, as far as it is known")
    func running() {
        let known = card(false, received, done: 500_000, rate: 100_000)
        #expect(known.fraction == 0.25)
        #expect(known.state.hasSuffix("/s, 15 seconds left"))
        #expect(!card(false, received, done: 500_000).state.contains("/s"))
        #expect(card(false, received, done: 0, rate: 10_000).state.hasSuffix("4 minutes left"))
        #expect(card(false, received, done: 0, rate: 1).state.hasSuffix("556 hours left"))
        #expect(card(false, received, done: 9_000_000, rate: .infinity).fraction == 1)
    }

    @Test("Who has paused it is told apart, and only the own pause can be ended")
    func paused() {
        let own = card(true, sent + [.pause(byUs: true)])
        let other = card(true, sent + [.pause(byUs: false)])
        #expect(own.state == "Paused by you" && own.actions.contains(.resume) && !own.actions.contains(.pause))
        #expect(other.state == "Paused by Ann" && !other.actions.contains(.resume))
    }

    @Test("Each problem is a sentence; an interruption says that it goes on")
    func problems() {
        let broken = card(true, sent + [.interrupted(.unreachable)])
        #expect(broken.isProblem && broken.state.hasSuffix("It goes on by itself.") && broken.actions.contains(.retry))
        let failed = card(false, received + [.fail(.diskFull, byUs: true)], isListed: true)
        #expect(failed.isProblem && failed.fraction == nil)
        #expect(failed.actions == [.retry, .cancel, .forget])
    }

    @Test("What is there can be opened; a list says whose it is, and lets it be removed")
    func done() {
        let done = received + [.verified(byUs: true)]
        #expect(card(false, done).actions == [.open, .showInFolder])
        #expect(card(false, done, isListed: true).actions == [.open, .showInFolder, .forget])
        #expect(card(false, done, isListed: true).detail.hasPrefix("From Ann, "))
        let folder = FileOffer(name: "a", size: 100, fileCount: 3, indexSize: 40)
        #expect(card(true, [], offer: folder).detail.hasPrefix("3 files, "))
    }

    @Test("Files stand between the messages of their time, each day named once")
    func order() {
        let id = { (number: UInt64) in ConversationIdentifier(high: 0, low: number) }
        let noon: Int64 = 1_741_950_000_000
        let messages = [0, 1, 2].map { index in
            ChatMessage(
                id: Int64(index), conversation: 1, identifier: id(UInt64(index)), isOwn: false, text: "x",
                date: noon + Int64(index) * 60_000, delivery: .received, isEdited: false, isDeleted: false)
        }
        let offers = [(9, 90_000), (7, -60_000), (8, 500_000)].map { number, offset in
            ChatPresentation.Offer(id: id(number), isOwn: true, date: noon + Int64(offset))
        }
        let entries = ChatPresentation.entries(messages, offers, changeable: nil)
        #expect(
            entries.map(\.id) == [
                .file(id(7)), .message(0), .message(1), .file(id(9)), .message(2), .file(id(8)),
            ])
        let days = entries.map { entry in
            switch entry {
            case .message(let message): message.day
            case .file(let file): file.day
            }
        }
        #expect(days.compactMap(\.self).count == 1 && days.first != .some(nil))
    }
}
