/// Why something cannot be done in a chat: one sentence, in English; the interface translates it.
package enum ChatProblem: Error, Hashable, CustomStringConvertible {
    case emptyText, textTooLong
    /// Nobody is known by this stream, address or fingerprint.
    case unknownPerson
    /// Nobody was ever met there, and nobody answers now.
    case neverReached(EndReason)
    case blocked
    case notLastMessage
    case tooManyWaiting
    case diskRefuses

    package var description: String {
        switch self {
        case .emptyText: translatable("There is nothing to send.")
        case .textTooLong: translatable("A message can be 16 KiB long at most.")
        case .unknownPerson: translatable("This is nobody that you could write to.")
        case .neverReached:
            translatable("Nobody was ever met at this address, and nobody answers there now.")
        case .blocked: translatable("You have blocked this person.")
        case .notLastMessage: translatable("Only your last message can be changed.")
        case .tooManyWaiting: translatable("Too many messages wait for this person already.")
        case .diskRefuses: translatable("The message cannot be kept, so it was not sent.")
        }
    }
}
