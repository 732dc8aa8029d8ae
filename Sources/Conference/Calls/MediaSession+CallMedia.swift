import Logging
import Media
import NIOCore
import Transport

extension MediaSession: CallMedia {}

extension Conference {
    /// The real thing: devices, codecs and sockets.
    static func mediaMaker(
        engine: MediaEngine, eventLoop: any EventLoop, interfaces: any InterfaceSource, logger: Logger
    ) -> CallMediaMaker {
        { configuration, onEvent in
            MediaSession(
                engine: engine, eventLoopGroup: eventLoop, interfaces: interfaces, configuration: configuration,
                logger: logger, onEvent: onEvent)
        }
    }
}
