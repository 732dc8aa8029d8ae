import NIOCore
import Sockets

/// What goes to a server, within its allowance: first what is said about calls, then conversations, which may only have half
/// of it and never more on the way than the network takes.
@MainActor final class RendezvousOutbox {
    /// Where it goes; what waits is forgotten with a connection.
    var socket: WebSocketClient? {
        didSet { if socket == nil { forget() } }
    }
    /// The next piece of a conversation, asked for when it can go.
    var nextOfConversations: () -> String? = { nil }

    private var queue: [String] = []
    private var budget = FrameBudget(limit: FrameBudget.sendLimit)
    private var conversationBudget = FrameBudget(limit: FrameBudget.sendLimit / 2)
    private var pause: Task<Void, Never>?
    private var isSendingPiece = false
    private var waiters: [CheckedContinuation<Void, Never>] = []

    /// Messages that wait for the server's allowance.
    private static let limit = 1024

    func post(_ text: String) {
        guard socket != nil, queue.count < Self.limit else { return }
        queue.append(text)
        sendMore()
    }

    /// Sends what may be sent now.
    func sendMore() {
        guard pause == nil else { return }
        while !queue.isEmpty, budget.take(at: .now()) { socket?.post(.text(queue.removeFirst())) }
        guard queue.isEmpty else { return wait(until: budget.nextFree(at: .now())) }
        releaseWaiters()
        sendPiece()
    }

    private func sendPiece() {
        guard !isSendingPiece, let socket else { return }
        let now = NIODeadline.now()
        let free = max(budget.nextFree(at: now), conversationBudget.nextFree(at: now))
        guard free <= now else { return wait(until: free) }
        guard let text = nextOfConversations() else { return }
        _ = budget.take(at: now)
        _ = conversationBudget.take(at: now)
        isSendingPiece = true
        Task { [weak self] in
            try? await socket.send(.text(text))
            self?.isSendingPiece = false
            self?.sendMore()
        }
    }

    private func wait(until time: NIODeadline) {
        let duration = max(time - .now(), .milliseconds(1))
        pause = Task { [weak self] in
            try? await Task.sleep(for: .nanoseconds(duration.nanoseconds))
            self?.pause = nil
            self?.sendMore()
        }
    }

    private func forget() {
        queue = []
        releaseWaiters()
    }

    private func releaseWaiters() {
        let released = waiters
        waiters = []
        for waiter in released { waiter.resume() }
    }

    /// Returns when all that waited about calls is on its way.
    func flush() async {
        while !queue.isEmpty, socket != nil { await withCheckedContinuation { waiters.append($0) } }
    }
}
