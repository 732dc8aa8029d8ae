import CauserieApp
import Conference
import GLibKit
import GtkKit

/// Files as they are in scenes, one in each state that looks different.
enum ExampleFiles {
    private struct File {
        var name: String
        var size: Int64
        var isOwn: Bool
        var events: [FileTransferState.Event]
        var done = 0.0
        var rate = 0.0
        var count = 1
    }

    private static let accepted: [FileTransferState.Event] = [.accept(byUs: true), .started]
    private static let sent: [FileTransferState.Event] = [.accept(byUs: false), .started]

    private static let all = [
        File(name: "VP8.pdf", size: 4_200_000, isOwn: false, events: []),
        File(name: "RFC 8831.txt", size: 80_000_000, isOwn: false, events: accepted, done: 0.4, rate: 3_100_000),
        File(name: "Opus.ogg", size: 12_000_000, isOwn: true, events: sent + [.pause(byUs: true)], done: 0.7),
        File(name: "DTLS", size: 900_000_000, isOwn: true, events: [], count: 412),
        File(
            name: "SRTP.png", size: 2_000_000, isOwn: true, events: sent + [.interrupted(.unreachable)], done: 0.2),
        File(name: "SDP.tar.gz", size: 7_000_000, isOwn: false, events: accepted + [.verified(byUs: true)]),
        File(name: "ICE.mp4", size: 7_000_000_000, isOwn: false, events: accepted + [.fail(.diskFull, byUs: true)]),
    ]

    private static func id(_ index: Int) -> ConversationIdentifier {
        ConversationIdentifier(high: 1, low: UInt64(index))
    }

    private static func card(_ id: ConversationIdentifier, isListed: Bool) -> FileCard? {
        guard let file = all.indices.contains(Int(id.low)) ? all[Int(id.low)] : nil, let card = try? FileCard() else {
            return nil
        }
        var state = FileTransferState(isOwn: file.isOwn)
        for event in file.events { _ = state.handle(event) }
        let offer = FileOffer(
            name: file.name, size: file.size, fileCount: file.count, indexSize: file.count > 1 ? 20_000 : 0)
        card.show(
            FilePresentation(
                offer, state, bytesDone: Int64(Double(file.size) * file.done), bytesPerSecond: file.rate,
                who: "Ann Lee", isListed: isListed))
        return card
    }

    static func window(_ scene: Scene) throws -> TransfersWindow {
        let window = try TransfersWindow()
        window.actions.add("clear") {}
        window.actions.setEnabled("clear", scene == .files)
        window.show(scene == .files ? all.indices.map(id) : []) { card($0, isListed: true) }
        return window
    }

    /// Two files between what is said.
    static func offers(from date: Int64) -> [ChatPresentation.Offer] {
        [0, 1, 2].map { .init(id: id($0), isOwn: all[$0].isOwn, date: date + Int64($0) * 1000) }
    }

    static func cards(in view: ChatView) { view.makeCard = { card($0, isListed: false) } }
}
