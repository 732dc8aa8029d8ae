import Synchronization

/// What a service has done since it started.
public struct ServiceStatistics: Hashable, Sendable {
    /// Clients whose WebSocket was opened.
    public var clientsAccepted = 0
    /// Turned away by a lock or a limit.
    public var clientsRefused = 0
    /// Cut off because they did not read.
    public var clientsCut = 0
    /// Messages of all clients.
    public var messagesReceived = 0
    /// Messages put into queues of clients.
    public var messagesSent = 0
    /// Bytes of messages, before compression.
    public var bytesReceived = 0
    /// Bytes of messages put into queues, before compression.
    public var bytesSent = 0
}

/// The statistics as they are counted, from any thread.
final class ServiceCounters: Sendable {
    private let values = Mutex(ServiceStatistics())

    var statistics: ServiceStatistics { values.withLock { $0 } }

    func accepted() { values.withLock { $0.clientsAccepted += 1 } }

    func refused() { values.withLock { $0.clientsRefused += 1 } }

    func ended(_ closure: WebSocketClosure) {
        if closure.reason == SendQueue.overflow, !closure.isRemote { values.withLock { $0.clientsCut += 1 } }
    }

    func received(_ size: Int) {
        values.withLock {
            $0.messagesReceived += 1
            $0.bytesReceived += size
        }
    }

    func sent(_ size: Int) {
        values.withLock {
            $0.messagesSent += 1
            $0.bytesSent += size
        }
    }
}
