import Logging
import Media
import NIOCore

extension MediaSession: CallMedia {}

extension Conference {
    /// The real thing: devices, codecs and sockets.
    static func mediaMaker(engine: MediaEngine, group: any EventLoopGroup, logger: Logger) -> CallMediaMaker {
        { configuration, onEvent in
            MediaSession(
                engine: engine, eventLoopGroup: group, configuration: configuration, logger: logger, onEvent: onEvent)
        }
    }
}
