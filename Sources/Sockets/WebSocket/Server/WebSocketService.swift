/// A program that WebSocket clients talk to: one instance serves all clients of a path.
///
/// Each client has a `Session` of its own and the service has a `State`; nobody else can reach either. What happens to one
/// client comes one after the other, different clients go on side by side. From outside, ``WebSocketServiceHost`` runs
/// code in a client's or the service's context.
public protocol WebSocketService: Sendable {
    /// What is kept for one client.
    associatedtype Session: Sendable = Void
    /// What is kept for the service.
    associatedtype State: Sendable = Void
    typealias ServiceHost = WebSocketServiceHost<Self>
    typealias Client = WebSocketServer.Client

    /// From one ``globalService(_:host:)`` to the next; 10 s unless set, at least 1 ms.
    var interval: Duration { get }
    /// Those that the service speaks, in order of preference.
    var subprotocols: [String] { get }

    /// What to answer instead of opening the WebSocket; nil, as by default, lets the client in.
    func refusal(of request: HTTPRequest) -> HTTPResponse?
    /// A new client's context.
    func makeSession(for client: Client) -> Session
    /// The service's context.
    func makeState() -> State

    /// A client has come.
    func connected(_ client: Client, _ session: inout Session, host: ServiceHost) async
    /// A client has sent a text or bytes.
    func received(_ message: WebSocketMessage, from client: Client, _ session: inout Session, host: ServiceHost) async
    /// A client has gone; `client.closure` says how.
    func disconnected(_ client: Client, _ session: inout Session, host: ServiceHost) async
    /// Comes when the service starts and then again every ``interval``.
    func globalService(_ state: inout State, host: ServiceHost) async
    /// The service ends; all clients have gone.
    func stopped(_ state: inout State, host: ServiceHost) async
}

extension WebSocketService {
    public var interval: Duration { .seconds(10) }
    public var subprotocols: [String] { [] }
    public func refusal(of request: HTTPRequest) -> HTTPResponse? { nil }
    public func connected(_ client: Client, _ session: inout Session, host: ServiceHost) async {}
    public func disconnected(_ client: Client, _ session: inout Session, host: ServiceHost) async {}
    public func globalService(_ state: inout State, host: ServiceHost) async {}
    public func stopped(_ state: inout State, host: ServiceHost) async {}
}

extension WebSocketService where Session == Void {
    public func makeSession(for client: Client) {}
}

extension WebSocketService where State == Void {
    public func makeState() {}
}
