import Glibc
import NIOCore

/// Lets a listener rest for a second when the system has no descriptor left for who connects: they wait meanwhile.
///
/// Without it NIO tries again at once and for ever, on the thread that other connections live on. NIO's own
/// `AcceptBackoffHandler` does not prevent it: the read that failed counts as pending, so that epoll keeps telling of it.
package final class AcceptPause: ChannelInboundHandler {
    package typealias InboundIn = any Channel

    private static let length = TimeAmount.seconds(1)

    package init() {}

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? IOError, [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(error.errnoCode) else {
            return context.fireErrorCaught(error)
        }
        let channel = context.channel
        guard let options = channel.syncOptions, (try? options.getOption(.autoRead)) == true else { return }
        try? options.setOption(.autoRead, value: false)
        channel.eventLoop.scheduleTask(in: Self.length) { try? channel.syncOptions?.setOption(.autoRead, value: true) }
    }
}
