import Glibc
import Logging
import NIOCore
import NIOPosix
import Synchronization
import Wire

/// The interfaces of this machine. The kernel tells of changes over a routing socket (rtnetlink(7)), on the event loop:
/// nobody polls, and nothing is open before somebody observes.
package final class SystemInterfaces: InterfaceSource {
    private struct State {
        var observers: [Int: @Sendable () -> Void] = [:]
        var count = 0
        var isWatching = false
        var isClosed = false
        var isAskingAgain = false
        var channel: (any Channel)?
    }

    /// After the kernel had more to say than the socket holds, or had no memory or descriptor for it.
    private static let reopening = TimeAmount.seconds(1)

    private let eventLoop: any EventLoop
    private let logger: Logger
    private let state = Mutex(State())

    package init(eventLoop: any EventLoop, logger: Logger) {
        self.eventLoop = eventLoop
        self.logger = logger
    }

    deinit {
        let channel = state.withLock { state in
            state.isClosed = true
            return state.channel
        }
        channel?.close(promise: nil)
    }

    package func addresses(withLoopback: Bool, allowed: Set<String>?) throws -> [IPAddress] {
        do {
            return try NetworkInterfaces.addresses(withLoopback: withLoopback, allowed: allowed)
        } catch {
            if error.isShortage { askAgain() }
            throw error
        }
    }

    /// Who observes has looked in vain: there may be room in a moment, and nothing else would tell of it.
    private func askAgain() {
        let isFirst = state.withLock { state in
            guard !state.observers.isEmpty, !state.isClosed else { return false }
            defer { state.isAskingAgain = true }
            return !state.isAskingAgain
        }
        guard isFirst else { return }
        eventLoop.scheduleTask(in: Self.reopening) { [weak self] in
            self?.state.withLock { $0.isAskingAgain = false }
            self?.changed()
        }
    }

    package func observe(_ onChange: @escaping @Sendable () -> Void) -> InterfaceObservation {
        let (number, isFirst) = state.withLock { state in
            state.count += 1
            state.observers[state.count] = onChange
            defer { state.isWatching = true }
            return (state.count, !state.isWatching)
        }
        if isFirst { watch() }
        return InterfaceObservation { [weak self] in
            _ = self?.state.withLock { $0.observers.removeValue(forKey: number) }
        }
    }

    private func watch() {
        let descriptor: Int32
        do {
            descriptor = try RoutingSocket.open()
        } catch {
            // Calls work all the same, as long as the network stays as it is.
            logger.error("changes of the network are not noticed: \(error)")
            return error.isShortage ? watchLater() : ()
        }
        NIOPipeBootstrap(group: eventLoop)
            .channelInitializer { [weak self] channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ChangeHandler { self?.changed() })
                }
            }
            .takingOwnershipOfDescriptor(input: descriptor)
            .whenComplete { [weak self] result in
                switch result {
                case .success(let channel): self?.opened(channel) ?? channel.close(promise: nil)
                case .failure(let error):
                    close(descriptor)
                    self?.logger.error("changes of the network are not noticed: \(error)")
                    if error.isShortage { self?.watchLater() }
                }
            }
    }

    private func watchLater() {
        guard state.withLock({ !$0.isClosed }) else { return }
        eventLoop.scheduleTask(in: Self.reopening) { [weak self] in self?.watch() }
    }

    private func opened(_ channel: any Channel) {
        state.withLock { $0.channel = channel }
        // What changed before the socket was open, or while there was none, is not told by it.
        changed()
        channel.closeFuture.whenComplete { [weak self] _ in self?.watchLater() }
    }

    private func changed() {
        let observers = state.withLock { $0.observers.values.map { $0 } }
        for observer in observers { observer() }
    }
}

/// Tells once for each burst of messages. What they say is not looked at: the interfaces are enumerated anew.
private final class ChangeHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let changed: () -> Void

    init(changed: @escaping () -> Void) { self.changed = changed }

    func channelReadComplete(context: ChannelHandlerContext) { changed() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

/// A socket on which the kernel tells of links and addresses.
enum RoutingSocket {
    /// RTMGRP_LINK, RTMGRP_IPV4_IFADDR, RTMGRP_IPV6_IFADDR.
    private static let groups: UInt32 = 0x1 | 0x10 | 0x100

    /// - Throws: `SystemCallError`.
    static func open() throws -> Int32 {
        let type = Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        // NETLINK_ROUTE is 0.
        let descriptor = socket(AF_NETLINK, type, 0)
        guard descriptor >= 0 else { throw SystemCallError(name: "socket", code: errno) }
        // struct sockaddr_nl: family, padding; port id (0: the kernel chooses); groups.
        var address = (UInt16(AF_NETLINK), UInt16(0), UInt32(0), groups)
        let status = withUnsafeBytes(of: &address) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) { bind(descriptor, $0.baseAddress, socklen_t(bytes.count)) }
        }
        guard status == 0 else {
            let code = errno
            close(descriptor)
            throw SystemCallError(name: "bind", code: code)
        }
        return descriptor
    }
}
