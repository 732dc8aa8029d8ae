/// Which files go, and when.
extension FileTransfers {
    /// Begins with those that were under way in the last run.
    func start() {}

    func stop() {}

    func run(_ transfer: FileTransfer) {}

    func stop(_ id: ConversationIdentifier) {}

    func discard(_ id: ConversationIdentifier) {}

    /// The correspondent is there: no need to wait.
    func wake(_ conversation: Int64) {}
}
