import Logging
import Media
import NIOCore

extension MediaSession: CallMedia {}

extension Conference {
    /// The real thing: devices, codecs and sockets.
    static func mediaMaker(engine: MediaEngine, eventLoop: any EventLoop, logger: Logger) -> CallMediaMaker {
        { configuration, onEvent in
            MediaSession(
                engine: engine, eventLoopGroup: eventLoop, configuration: configuration, logger: logger,
                onEvent: onEvent)
        }
    }
}
