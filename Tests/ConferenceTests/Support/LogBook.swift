import Logging
import Synchronization

/// What was logged, for tests that look for a line.
final class LogBook: Sendable {
    private let lines = Mutex<[String]>([])

    func contains(_ text: String) -> Bool { lines.withLock { $0.contains { $0.contains(text) } } }

    func count(of text: String) -> Int { lines.withLock { $0.filter { $0.contains(text) }.count } }

    struct Handler: LogHandler {
        let book: LogBook
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.info

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let details = (event.metadata ?? [:]).map { " \($0.key)=\($0.value)" }.sorted().joined()
            book.lines.withLock { $0.append("\(event.level) \(event.message)\(details)") }
        }
    }
}
