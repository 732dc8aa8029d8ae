import Sockets
import Synchronization

/// Keeps the events of a relay.
final class TraceLog: Sendable {
    private let kept = Mutex<[TraceEvent]>([])

    var events: [TraceEvent] { kept.withLock { $0 } }

    var sink: SocketTrace.Sink {
        { event in self.kept.withLock { $0.append(event) } }
    }

    /// All bytes that went one way through one connection.
    func bytes(_ direction: TraceEvent.Direction, connection: Int = 1) -> [UInt8] {
        events.filter { $0.connection == connection }.flatMap { event -> [UInt8] in
            if case .data(direction, let bytes, _) = event.kind { bytes } else { [] }
        }
    }

    var names: [String] {
        events.flatMap { event -> [String] in
            if case .data(_, _, let names) = event.kind { names.map(\.description) } else { [] }
        }
    }

    /// What a writer makes of the events.
    func written(by writer: some TraceWriter) -> [UInt8] {
        var writer = writer
        var bytes = writer.prologue
        for event in events { bytes += writer.encode(event) }
        return bytes
    }
}
