import Glibc
import NIOCore

/// Lets a listener rest when the process has hardly a descriptor left for who connects: they wait meanwhile, and each second
/// it looks for room again.
///
/// Without it NIO tries again at once and for ever, on the thread that other connections live on. NIO's own
/// `AcceptBackoffHandler` does not prevent it: the read that failed counts as pending, so that epoll keeps telling of it.
/// Who was let in when the reserve was reached is kept as it is, unheard, until there is room for it.
package final class AcceptPause: ChannelInboundHandler {
    package typealias InboundIn = any Channel
    package typealias InboundOut = any Channel

    private static let length = TimeAmount.seconds(1)
    private var kept: [any Channel] = []
    private var isResting = false
    private var isReadingPaused = false

    package init() {}

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard isResting || !DescriptorReserve.hasRoom(for: 0) else { return context.fireChannelRead(data) }
        kept.append(unwrapInboundIn(data))
        rest(context)
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? IOError, [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(error.errnoCode) else {
            return context.fireErrorCaught(error)
        }
        rest(context)
    }

    package func channelInactive(context: ChannelHandlerContext) {
        letGo()
        context.fireChannelInactive()
    }

    package func handlerRemoved(context: ChannelHandlerContext) { letGo() }

    private func letGo() {
        for channel in kept { channel.close(promise: nil) }
        kept = []
    }

    private func rest(_ context: ChannelHandlerContext) {
        guard !isResting else { return }
        isResting = true
        let channel = context.channel
        // Somebody else may have stopped it: then it stays so.
        isReadingPaused = (try? channel.syncOptions?.getOption(.autoRead)) == true
        if isReadingPaused { try? channel.syncOptions?.setOption(.autoRead, value: false) }
        lookAgain(NIOLoopBound(context, eventLoop: channel.eventLoop))
    }

    private func lookAgain(_ context: NIOLoopBound<ChannelHandlerContext>) {
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: Self.length) { bound.value.look(context) }
    }

    private func look(_ context: NIOLoopBound<ChannelHandlerContext>) {
        let channel = context.value.channel
        guard channel.isActive else { return letGo() }
        guard DescriptorReserve.hasRoom(for: 0) else { return lookAgain(context) }
        isResting = false
        let waiting = kept
        kept = []
        for channel in waiting { context.value.fireChannelRead(wrapInboundOut(channel)) }
        if isReadingPaused { try? channel.syncOptions?.setOption(.autoRead, value: true) }
    }
}
