import BusClient
import GLibKit
import Glibc

/// Waits until a stream comes to one of some states, or its call ends.
@MainActor final class StateWaiter {
    private let client: InstanceClient
    private let stream: String
    private var result: Result<Void, ClientError>?

    init(_ client: InstanceClient, stream: String) {
        self.client = client
        self.stream = stream
    }

    /// Does `action`; then, when asked to, waits. Fails with the call's own sentence when it ends first.
    func run(waiting: Bool, until wanted: Set<String>, _ action: () throws -> Void) throws {
        guard waiting else { return try action() }
        // Listens before acting, so that no change is missed.
        let events = client.onStreamEvent { [weak self] name, event in
            if name == self?.stream, event.signal == "StateChanged" { self?.check(wanted) }
        }
        let end = client.onEnd { [weak self] in self?.finish(.failure(.notRunning("The instance has ended."))) }
        let interrupts = [SIGINT, SIGTERM].map { number in
            EventSource.onUnixSignal(number) { [weak self] in self?.finish(.failure(.failed("Interrupted."))) }
        }
        try action()
        check(wanted)
        withExtendedLifetime((events, end, interrupts)) {
            if result == nil { MainLoop.run() }
        }
        try result?.get()
    }

    /// Looks at the state as it is now: a signal still on its way may be an earlier call's.
    private func check(_ wanted: Set<String>) {
        do throws(ClientError) {
            let properties = try client.properties(ofStream: stream)
            let state = properties["State"]?.text ?? ""
            if wanted.contains(state) { finish(.success(())) }
            if state == "ended" { finish(.failure(.failed(properties["EndMessage"]?.text ?? "The call ended."))) }
        } catch { finish(.failure(error)) }
    }

    private func finish(_ outcome: Result<Void, ClientError>) {
        result = result ?? outcome
        MainLoop.quit()
    }
}
