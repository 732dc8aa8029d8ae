/// One message of a conversation, as it is kept.
package struct ChatMessage: Hashable, Sendable, Identifiable {
    /// How far a message of ours is.
    package enum Delivery: String, Hashable, Sendable {
        /// Waits for the correspondent to be there.
        case pending
        /// On the correspondent's disk.
        case delivered
        /// On the correspondent's screen.
        case read
        /// The correspondent does not take it.
        case failed
        /// Theirs.
        case received
    }

    /// The place in the order of this side: nobody else's clock has a say in it.
    package var id: Int64
    package var conversation: Int64
    /// The same on both sides.
    package var identifier: ConversationIdentifier
    package var isOwn: Bool
    /// With its marks (`*bold*`) as they were typed; empty when deleted.
    package var text: String
    /// ms since 1970: when it was written, as far as that can be believed; never before the one above it.
    package var date: Int64
    package var delivery: Delivery
    package var isEdited: Bool
    package var isDeleted: Bool

    package init(
        id: Int64, conversation: Int64, identifier: ConversationIdentifier, isOwn: Bool, text: String, date: Int64,
        delivery: Delivery, isEdited: Bool, isDeleted: Bool
    ) {
        (self.id, self.conversation, self.identifier) = (id, conversation, identifier)
        (self.isOwn, self.text, self.date) = (isOwn, text, date)
        (self.delivery, self.isEdited, self.isDeleted) = (delivery, isEdited, isDeleted)
    }
}
