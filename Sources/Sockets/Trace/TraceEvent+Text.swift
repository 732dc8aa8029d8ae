import Glibc

extension TraceEvent {
    /// One line: time (UTC), connection, peers and what happened, without the bytes.
    var line: String {
        let who = "#\(connection) \(client)"
        let what =
            switch kind {
            case .requested: "request of connection: \(who) -> \(server)"
            case .connected: "connected: \(who) -> \(server)"
            case .failed(let error): "connection failed: \(who) -> \(server): \(error.detail)"
            case .data(let direction, let bytes, _): "\(who) \(direction.rawValue) \(server): \(bytes.count) bytes"
            case .finished(let direction): "\(who) \(direction.rawValue) \(server): end of data"
            case .closed(let toServer, let toClient, let cause):
                "closed: \(who) -> \(server): \(toServer) bytes to the server, \(toClient) to the client"
                    + (cause.map { ": \($0.detail)" } ?? "")
            }
        return "\(timestamp) \(what)"
    }

    /// The time by ISO 8601, in UTC, to the microsecond.
    var timestamp: String {
        var seconds = time_t(time / 1_000_000_000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func two(_ number: CInt) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let date = "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
        let fraction = String(time % 1_000_000_000 / 1_000 + 1_000_000).dropFirst()
        return "\(date)T\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)).\(fraction)Z"
    }
}
