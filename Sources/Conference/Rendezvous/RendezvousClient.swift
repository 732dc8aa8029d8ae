import Logging
import NIOCore
import RTC
import Sockets

/// One name at one server: keeps connected, and brings together what is said there with the calls that it is about.
@MainActor final class RendezvousClient {
    enum State: Hashable {
        case connecting, connected
        /// Another attempt follows.
        case waiting(RendezvousProblem)
    }

    let url: WebSocketURL
    /// The name asked for.
    let wish: String
    let identity: InstallationIdentity?
    let timing: SignalingTiming
    let logger: Logger
    private(set) var state = State.connecting { didSet { if oldValue != state { changed() } } }
    /// The name that the server gave us.
    private(set) var name: String { didSet { if oldValue != name { changed() } } }
    private(set) var users: [String] = [] { didSet { if oldValue != users { changed() } } }
    var onChange: (() -> Void)?
    /// A call comes in.
    var onCall: ((ServerPath) -> Void)?
    /// Somebody takes up a call whose connection was lost; false when there is no such call.
    var onResume: ((ServerPath, SignalingEnvelope) -> Bool)?
    /// What somebody with this key is told of us.
    var ownPresence: (DTLSFingerprint?) -> Presence.Word? = { _ in nil }

    private let authorities: String?
    private var work: Task<Void, Never>?
    private var number: UInt64 = 0
    private var renames = 0
    var paths: [ObjectIdentifier: WeakPath] = [:]
    let outbox = RendezvousOutbox()
    /// Conversations through the server.
    private(set) lazy var tunnels = ServerTunnels(self)
    /// How people at the server are.
    private(set) lazy var questions = PresenceQuestions(self)
    private var waiters: [CheckedContinuation<Void, Never>] = []

    struct WeakPath {
        weak var path: ServerPath?
    }

    /// Wishes for the name of before, once it is free again, in one connection; the server counts them too.
    private static let renameLimit = 8

    /// - Parameter authorities: a PEM file in place of the system's authorities.
    init(
        _ url: WebSocketURL, name: String, identity: InstallationIdentity?, timing: SignalingTiming,
        authorities: String?, logger: Logger
    ) {
        self.url = url
        wish = name
        self.name = name
        self.identity = identity
        self.timing = timing
        self.authorities = authorities
        self.logger = logger
        outbox.nextOfConversations = { [weak self] in self?.tunnels.next() }
    }

    isolated deinit { work?.cancel() }

    // MARK: Life

    func start() {
        guard work == nil else { return }
        work = Task { [weak self, timing] in
            var pause = timing.remake
            while !Task.isCancelled {
                guard let connecting = self?.connect() else { return }
                let result = await connecting.value
                guard !Task.isCancelled else { return }
                if case .success(let socket) = result {
                    pause = timing.remake
                    await Self.read(socket) { self }
                }
                guard !Task.isCancelled else { return }
                self?.disconnected(result)
                // Not in step with everybody else who lost the same server.
                guard (try? await Task.sleep(for: pause * Double.random(in: 0.75...1.25))) != nil else { return }
                pause = min(pause * 2, timing.longestRegister)
            }
        }
    }

    /// Leaves the server when all is sent.
    func stop() async {
        await outbox.flush()
        work?.cancel()
        work = nil
        let socket = outbox.socket
        outbox.socket = nil
        tunnels.abandonAll()
        questions.abandonAll()
        await socket?.close(.goingAway)
    }

    private func connect() -> Task<Result<WebSocketClient, SocketError>, Never> {
        if case .waiting = state {} else { state = .connecting }
        let configuration = WebSocketClient.Configuration(
            options: WebSocketOptions(
                // A server adds to what it relays.
                limits: WebSocketLimits(
                    messageSize: SignalingMessage.frameLimit + 4096, frameSize: SignalingMessage.frameLimit + 4096,
                    sendQueue: 2 << 20, receiveQueue: 1 << 20),
                timing: WebSocketTiming(handshake: timing.handshake, keepAlive: timing.ping, close: .seconds(1)),
                compression: nil),
            subprotocols: ["json"],
            security: SocketSecurity.Client(roots: authorities.map { .file($0) } ?? .system),
            connectLimit: timing.connect)
        return Task { [url] in
            do throws(SocketError) {
                let socket = try await WebSocketClient.connect(to: url, configuration)
                guard socket.subprotocol == "json" else {
                    await socket.close(.protocolError)
                    throw SocketError(.protocolViolation, "another subprotocol")
                }
                return .success(socket)
            } catch { return .failure(error) }
        }
    }

    /// Reads until the connection ends, or nobody needs it any more.
    private static func read(_ socket: WebSocketClient, _ client: () -> RendezvousClient?) async {
        client()?.opened(socket)
        do throws(SocketError) {
            while let message = try await socket.receive() {
                guard let client = client() else { return }
                guard case .text(let text) = message, let word = ServerWord(parsing: text) else {
                    // One's own server says nothing else: this is none.
                    await socket.close(.policyViolation, "a message that makes no sense")
                    return client.misunderstood()
                }
                client.take(word)
            }
        } catch {}
    }

    private func opened(_ socket: WebSocketClient) {
        outbox.socket = socket
        renames = 0
        users = []
    }

    private var isMisunderstood = false

    private func misunderstood() { isMisunderstood = true }

    private func disconnected(_ result: Result<WebSocketClient, SocketError>) {
        outbox.socket = nil
        users = []
        name = wish
        var problem = RendezvousProblem.lost
        if case .failure(let error) = result { problem = RendezvousProblem(error) }
        if isMisunderstood { problem = .notAServer }
        isMisunderstood = false
        if state != .waiting(problem) {
            logger.notice("the server is not connected: \(problem)", metadata: ["server": "\(url)"])
        }
        state = .waiting(problem)
        for path in livePaths { path.end(.byPeer) }
        tunnels.abandonAll()
        questions.abandonAll()
        releaseWaiters()
    }

    private func changed() {
        releaseWaiters()
        onChange?()
    }

    // MARK: In

    private func take(_ word: ServerWord) {
        switch word {
        case .welcome(let number):
            self.number = number
            introduce()
        case .renamed(let name): self.name = name
        case .users(let users): take(users)
        case .relayed(let sender, let result): relay(result, from: sender)
        case .conversation(let sender, let parcel): tunnels.receive(parcel, from: sender)
        case .other: break
        }
    }

    private func introduce() {
        guard let text = ServerWord.introduction(wish, id: number) else { return }
        // Those at the other end know us by the name of before.
        tunnels.abandonAll()
        name = wish
        outbox.post(text)
    }

    private func take(_ users: [String]) {
        self.users = users
        if users.contains(name) { state = .connected }
        for path in livePaths where !users.contains(path.peer) { path.end(.byPeer) }
        tunnels.keep(users)
        // A connection of ours that had died has given the name back. Those in calls know us by the other one.
        if name != wish, !users.contains(wish), livePaths.isEmpty, renames < Self.renameLimit {
            renames += 1
            introduce()
        }
    }

    // MARK: Waiting

    /// Waits until the server knows us.
    func waitUntilConnected() async throws(RendezvousProblem) {
        let end = ContinuousClock.now + timing.connect
        let alarm = Task { [weak self, timing] in
            try? await Task.sleep(for: timing.connect)
            self?.releaseWaiters()
        }
        defer { alarm.cancel() }
        var isRetried = state == .connecting
        while state != .connected {
            if case .waiting(let problem) = state {
                // What it was before the call; perhaps it is better now.
                if isRetried { throw problem }
                isRetried = true
                restart()
            }
            if ContinuousClock.now >= end || Task.isCancelled { throw .unreachable }
            await withCheckedContinuation { waiters.append($0) }
        }
    }

    /// Does not wait for the end of the pause between two attempts.
    private func restart() {
        work?.cancel()
        work = nil
        state = .connecting
        start()
    }

    private func releaseWaiters() {
        let released = waiters
        waiters = []
        for waiter in released { waiter.resume() }
    }

    // MARK: Out

    func send(_ envelope: SignalingEnvelope) throws {
        let bytes = try envelope.frame()
        if !bytes.isEmpty { outbox.post(String(decoding: bytes, as: UTF8.self)) }
    }

    /// To one person, with the proof that it is ours where that counts.
    func send(_ message: SignalingMessage, call: String, to peer: String) throws {
        var envelope = SignalingEnvelope(message, call: call, target: peer)
        envelope.proof = try identity?.proof(of: envelope)
        try send(envelope)
    }

    /// A tunnel to somebody who is there; nil otherwise, or when there are too many.
    func tunnel(to peer: String) -> ServerTunnel? {
        guard state == .connected, users.contains(peer) else { return nil }
        return tunnels.open(to: peer)
    }
}
