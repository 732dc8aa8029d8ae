import Synchronization

/// What a service has done since it started.
public struct ServiceStatistics: Hashable, Sendable {
    public var clientsAccepted = 0
    /// Turned away by a lock or a limit.
    public var clientsRefused = 0
    /// Cut off because they did not read.
    public var clientsCut = 0
    public var messagesReceived = 0
    public var messagesSent = 0
    /// Bytes of messages, before compression.
    public var bytesReceived = 0
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
