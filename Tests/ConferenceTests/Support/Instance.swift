import Logging
import NIOCore
import Testing

@testable import Conference

/// A conference of its own with one stream, listening on a free port of this machine.
@MainActor final class Instance {
    let conference: Conference
    let media: MediaScript
    let stream: Stream
    let log: LogBook
    private let scratch: ScratchProfile

    static func start(
        _ name: String, profile: ScratchProfile? = nil, _ change: (inout ConferenceOptions) -> Void = { _ in }
    ) async throws -> Instance {
        let instance = try Instance(name, profile: profile ?? ScratchProfile(), change)
        await instance.conference.start()
        return instance
    }

    init(_ name: String, profile: ScratchProfile, _ change: (inout ConferenceOptions) -> Void) throws {
        var options = ConferenceOptions(port: 0, folders: profile.folders)
        change(&options)
        let log = LogBook()
        self.log = log
        scratch = profile
        let media = MediaScript()
        self.media = media
        conference = Conference(
            profile: nil, options: options, logger: Logger(label: "test") { _ in LogBook.Handler(book: log) },
            makeMedia: media.maker)
        stream = try #require(conference.stream(named: "main"))
        stream.identifier = name
    }

    var address: String { "127.0.0.1:\(conference.listeningPort ?? 0)" }

    func wait(_ state: StreamState) async throws {
        try await until("\(stream.identifier) is \(state), not \(stream.state)") { stream.state == state }
    }

    /// Calls the other one and waits until both are connected.
    func call(_ other: Instance) async throws {
        stream.connect(to: other.address)
        try await other.wait(.incoming)
        other.stream.accept()
        try await wait(.connected)
        try await other.wait(.connected)
    }

    /// A connection to another instance, below the model: to say what no call would say.
    func dial(_ other: Instance) async throws -> SignalingConnection {
        try await conference.dial(#require(CallAddress(other.address)))
    }

    func stop() async { await conference.shutdown() }
}

extension NetworkCarrier {
    private var channel: (any Channel)? { (path as? DirectPath)?.connection.channel }

    /// Closes the connection without a word, as for a process that is killed.
    func abort() { channel?.close(mode: .all, promise: nil) }

    /// Sends and reads nothing any more, but leaves the connection open.
    func goSilent() {
        onEvent = nil
        guard let pipeline = channel?.pipeline else { return }
        pipeline.eventLoop.execute { try? pipeline.syncOperations.addHandler(Swallow(), position: .first) }
    }
}

/// A network that takes everything and brings nothing.
private final class Swallow: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}
    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) { promise?.succeed() }
}
