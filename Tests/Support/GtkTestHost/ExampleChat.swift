import CauserieApp
import Conference
import GLibKit
import GtkKit

/// Conversations as they are in scenes, filled by hand.
enum ExampleChat {
    /// 14 March 2025, a quarter past nine; no day that a scene could be drawn on.
    private static let morning: Int64 = 1_741_943_700_000

    static func view(_ scene: Scene) throws -> ChatView {
        let view = try ChatView()
        for name in [
            "accept", "decline", "block", "unblock", "earlier", "edit-last", "delete-last", "cancel-editing",
            "send-files", "send-folder",
        ] {
            view.actions.add(name) {}
        }
        view.actions.add("search", initially: false) { _ in }
        view.actions.setEnabled("unblock", false)
        ExampleFiles.cards(in: view)
        switch scene {
        case .chatNobody: view.showNobody()
        case .chatRequest:
            view.show(
                ChatPresentation(
                    title: "Ann Lee", status: "192.168.1.7:29172",
                    entries: entries([("Bonjour ! 192.168.1.7", false, .received)]), isRequest: true))
        case .chatFiles:
            view.show(
                ChatPresentation(
                    title: "Ann Lee", status: tr("Connected"),
                    entries: entries(said, ExampleFiles.offers(from: morning + 80_300_000))))
        default:
            view.show(
                ChatPresentation(
                    title: "Ann Lee", status: tr("Connected"), entries: entries(said), hasEarlier: true,
                    isTyping: true))
        }
        return view
    }

    /// Marks, links and markup that is none.
    private static let said: [(String, Bool, ChatMessage.Delivery)] = [
        ("*VP8* _Opus_ ~DTLS~ `SRTP`", false, .received),
        ("https://example.org/a?b=1&c=2", true, .read),
        ("1 < 2 & <b>3</b>", false, .received),
        ("🙂", true, .delivered),
        ("", false, .received),
        ("RFC 8831, RFC 8832, RFC 9429, RFC 8445, RFC 8838, RFC 5389, RFC 8656, RFC 6455, RFC 3550", true, .pending),
    ]

    private static func entries(
        _ said: [(String, Bool, ChatMessage.Delivery)], _ offers: [ChatPresentation.Offer] = []
    ) -> [ChatPresentation.Entry] {
        let all = said.enumerated().map { index, entry in
            ChatMessage(
                id: Int64(index), conversation: 1, identifier: ConversationIdentifier(high: 0, low: UInt64(index)),
                isOwn: entry.1, text: entry.0, date: morning + Int64(index) * 90_000 + (index < 2 ? 0 : 80_000_000),
                delivery: entry.2, isEdited: index == 3, isDeleted: entry.0.isEmpty)
        }
        return ChatPresentation.entries(all, offers, changeable: 5)
    }

    static func fill(_ window: ChatWindow) {
        window.showExample(
            [("Ann Lee", "RFC 8831", 0, false), ("Bob", "🙂", 3, false), ("desk", "", 1, true)], selected: 0)
    }
}
