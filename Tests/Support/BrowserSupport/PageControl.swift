import Foundation
import Synchronization

/// Scripts on their way to the page and results on their way back.
final class PageControl: Sendable {
    private struct State {
        var send: (@Sendable (String) -> Void)?
        var nextIdentifier = 0
        var waiting: [Int: CheckedContinuation<String, any Error>] = [:]
        var waitingForPage: [CheckedContinuation<Void, Never>] = []
        var messages: [String] = []
        var onMessage: (@Sendable (String) -> Void)?
    }

    private struct Message: Encodable {
        var message: String
    }

    private struct Request: Encodable {
        var id: Int
        var code: String
    }

    private struct Reply: Decodable {
        var id: Int?
        var result: String?
        var error: String?
        var message: String?
    }

    private let state = Mutex(State())

    func connected(send: @escaping @Sendable (String) -> Void) {
        let waiting = state.withLock { state in
            state.send = send
            defer { state.waitingForPage = [] }
            return state.waitingForPage
        }
        for continuation in waiting { continuation.resume() }
    }

    func waitForPage() async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.send == nil { state.waitingForPage.append(continuation) }
                return state.send != nil
            }
            if isThere { continuation.resume() }
        }
    }

    func evaluate(_ code: String) async throws -> String {
        await waitForPage()
        return try await withCheckedThrowingContinuation { continuation in
            let (identifier, send) = state.withLock { state in
                state.nextIdentifier += 1
                state.waiting[state.nextIdentifier] = continuation
                return (state.nextIdentifier, state.send)
            }
            let request = (try? JSONEncoder().encode(Request(id: identifier, code: code))) ?? Data()
            send?(String(decoding: request, as: UTF8.self))
        }
    }

    func received(_ text: String) {
        guard let reply = try? JSONDecoder().decode(Reply.self, from: Data(text.utf8)) else { return }
        if let message = reply.message {
            let handler = state.withLock { state in
                if state.onMessage == nil { state.messages.append(message) }
                return state.onMessage
            }
            handler?(message)
            return
        }
        guard let identifier = reply.id,
            let continuation = state.withLock({ $0.waiting.removeValue(forKey: identifier) })
        else { return }
        if let error = reply.error {
            continuation.resume(throwing: ScriptError(description: error))
        } else {
            continuation.resume(returning: reply.result ?? "null")
        }
    }

    /// Gives `text` to the page's `heard(text)`.
    func tell(_ text: String) {
        let message = (try? JSONEncoder().encode(Message(message: text))) ?? Data()
        state.withLock { $0.send }?(String(decoding: message, as: UTF8.self))
    }

    /// From now on, `handler` gets what the page sends by `tell(text)`.
    func onMessage(_ handler: @escaping @Sendable (String) -> Void) {
        let waiting = state.withLock { state in
            state.onMessage = handler
            defer { state.messages = [] }
            return state.messages
        }
        for message in waiting { handler(message) }
    }

    /// What the page sent by `tell(text)` since the last time.
    func takeMessages() -> [String] {
        state.withLock { state in
            defer { state.messages = [] }
            return state.messages
        }
    }
}

/// A script failed in the page.
public struct ScriptError: Error, CustomStringConvertible {
    public var description: String
}
