// Its sources may be cancelled from any thread, though they are not marked so.
@preconcurrency import Dispatch
import Glibc

/// The signals that ask a program to end.
enum EndSignals {
    /// One element for each Ctrl-C or request to end, from now on.
    static func all() -> AsyncStream<Void> {
        AsyncStream { stream in
            let sources = [SIGINT, SIGTERM].map { number in
                signal(number, SIG_IGN)
                let source = DispatchSource.makeSignalSource(signal: number)
                source.setEventHandler { stream.yield() }
                source.resume()
                return source
            }
            stream.onTermination = { _ in sources.forEach { $0.cancel() } }
        }
    }
}
