/// The desktop's keeper of secrets (freedesktop.org's Secret Service API 0.2): GNOME Keyring, KWallet, KeePassXC.
///
/// Every call ends by itself, and the main loop goes on meanwhile. Secrets cross the bus as they are: it is the user's own,
/// and who can read it can ask the service as well.
package final class SecretService {
    /// Why a secret cannot be read or kept.
    package nonisolated enum Failure: Error, Hashable, Sendable {
        /// There is none, it does not answer in time, or not in a way that makes sense.
        case unavailable(String)
        /// The user has not unlocked it, or is still thinking about it.
        case locked
    }

    private static let name = "org.freedesktop.secrets"
    private static let path = ObjectPath.root.appending("org").appending("freedesktop").appending("secrets")

    private let connection: BusConnection
    /// Milliseconds for the service to answer.
    private let patience: Int32
    /// For a person to type a password.
    private let promptPatience: Duration

    package init(
        _ connection: BusConnection, patience: Int32 = 5000, promptPatience: Duration = .seconds(120)
    ) {
        self.connection = connection
        self.patience = patience
        self.promptPatience = promptPatience
    }

    /// The secret of an item that has at least these attributes; nil when there is none. A locked item is unlocked first,
    /// by the user.
    package func secret(_ attributes: [String: String]) async throws(Failure) -> [UInt8]? {
        let (unlocked, locked) = try await search(attributes)
        var item = unlocked.first
        if item == nil, let first = locked.first {
            try await unlock(first)
            item = first
        }
        guard let item else { return nil }
        let session = try await openSession()
        let answer = try await call(item, "Item", "GetSecret", [.objectPath(session)])
        await close(session)
        // (session, parameters, value, content type)
        guard let parts = answer.first?.tupleValue, parts.count == 4, let value = parts[2].bytesValue else {
            throw .unavailable("no secret in the answer")
        }
        return value
    }

    /// Keeps a secret in the default collection, in place of one with the same attributes.
    package func store(_ secret: [UInt8], label: String, _ attributes: [String: String]) async throws(Failure) {
        let answer = try await call(Self.path, "Service", "ReadAlias", [.string("default")])
        guard let collection = answer.first?.objectPathValue, collection != .root else {
            throw .unavailable("no default collection")
        }
        try await unlock(collection)
        let session = try await openSession()
        let properties: [String: Variant] = [
            "org.freedesktop.Secret.Item.Label": .string(label),
            "org.freedesktop.Secret.Item.Attributes": .texts(attributes),
        ]
        let value: Variant = .tuple([
            .objectPath(session), .bytes([]), .bytes(secret), .string("text/plain; charset=utf8"),
        ])
        let created = try await call(
            collection, "Collection", "CreateItem", [.dictionary(properties), value, .bool(true)])
        await close(session)
        try await answerPrompt(created.last)
    }

    /// Removes every item with at least these attributes.
    package func remove(_ attributes: [String: String]) async throws(Failure) {
        let (unlocked, locked) = try await search(attributes)
        for item in unlocked + locked {
            try await answerPrompt(call(item, "Item", "Delete").first)
        }
    }

    // MARK: Parts

    private func search(
        _ attributes: [String: String]
    ) async throws(Failure) -> (unlocked: [ObjectPath], locked: [ObjectPath]) {
        let answer = try await call(Self.path, "Service", "SearchItems", [.texts(attributes)])
        guard answer.count == 2 else { throw .unavailable("no items in the answer") }
        return (answer[0].objectPathsValue ?? [], answer[1].objectPathsValue ?? [])
    }

    private func unlock(_ object: ObjectPath) async throws(Failure) {
        let answer = try await call(Self.path, "Service", "Unlock", [.objectPaths([object])])
        if answer.first?.objectPathsValue?.contains(object) == true { return }
        try await answerPrompt(answer.last)
    }

    private func openSession() async throws(Failure) -> ObjectPath {
        let answer = try await call(Self.path, "Service", "OpenSession", [.string("plain"), .variant(.string(""))])
        guard let session = answer.last?.objectPathValue else { throw .unavailable("no session") }
        return session
    }

    private func close(_ session: ObjectPath) async { _ = try? await call(session, "Session", "Close") }

    /// Has the service ask the user, where it wants to.
    private func answerPrompt(_ prompt: Variant?) async throws(Failure) {
        guard let prompt = prompt?.objectPathValue, prompt != .root else { return }
        let (answers, continuation) = AsyncStream.makeStream(of: Bool.self)
        let subscription = connection.subscribe(
            sender: Self.name, path: prompt, interface: "org.freedesktop.Secret.Prompt", signal: "Completed"
        ) { event in
            continuation.yield(event.arguments.first?.boolValue == false)
        }
        let timer = Task { [promptPatience] in
            try? await Task.sleep(for: promptPatience)
            continuation.yield(false)
        }
        defer {
            timer.cancel()
            continuation.finish()
        }
        _ = try await call(prompt, "Prompt", "Prompt", [.string("")])
        var isGranted = false
        for await answer in answers {
            isGranted = answer
            break
        }
        withExtendedLifetime(subscription) {}
        if !isGranted {
            _ = try? await call(prompt, "Prompt", "Dismiss")
            throw .locked
        }
    }

    private func call(
        _ path: ObjectPath, _ interface: String, _ method: String, _ arguments: [Variant] = []
    ) async throws(Failure) -> [Variant] {
        do {
            return try await connection.callLater(
                BusTarget(name: Self.name, path: path, interface: "org.freedesktop.Secret." + interface), method,
                arguments, startsService: true, timeout: patience)
        } catch {
            throw error.busName == "org.freedesktop.Secret.Error.IsLocked" ? .locked : .unavailable(error.message)
        }
    }
}
