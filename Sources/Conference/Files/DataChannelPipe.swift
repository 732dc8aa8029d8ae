import NIOCore
import RTC

/// A way for a file's bytes over a running call: a data channel of its own.
final class DataChannelPipe: FilePipe {
    static let label = "causerie-file"
    /// Channels for files that a call has at a time.
    static let limit = 16
    /// Bytes that wait in one for its reader: a call's data channel holds no more.
    static let underWay = FileWindow.ceiling

    let pieceLimit = FileWindow.longestPiece
    let isInCall = true
    private let channel: Int
    private let media: any CallMedia
    private let inbox: FileInbox

    init(_ channel: Int, of media: any CallMedia, inbox: FileInbox) {
        (self.channel, self.media, self.inbox) = (channel, media, inbox)
    }

    var frames: FileInbox.Frames { inbox.frames }

    deinit { close() }

    func send(_ frame: FileFrame) {
        var bytes = Array(frame.head.readableBytesView)
        if case .data(let data) = frame { bytes += data.readableBytesView }
        media.send(bytes, onDataChannel: channel)
    }

    func close() {
        media.closeDataChannel(channel)
        inbox.end()
    }

    /// The channel is gone.
    func ended() { inbox.end() }
}

/// The data channels of one call that carry files.
@MainActor final class CallFiles {
    private var pipes: [Int: DataChannelPipe] = [:]
    /// Those that we have asked for, by a word that makes each known again.
    private var asked: [String: CheckedContinuation<DataChannelPipe?, Never>] = [:]
    private static let patience = Duration.seconds(10)

    func open(_ media: any CallMedia) async -> DataChannelPipe? {
        let word = "\(ConversationIdentifier.random())"
        let deadline = Task {
            guard (try? await Task.sleep(for: Self.patience)) != nil else { return }
            asked.removeValue(forKey: word)?.resume(returning: nil)
        }
        defer { deadline.cancel() }
        return await withCheckedContinuation { continuation in
            asked[word] = continuation
            media.openDataChannel(DataChannelOptions(label: DataChannelPipe.label, protocolName: word))
        }
    }

    /// - Returns: a pipe that the far side has opened.
    func opened(_ channel: Int, _ options: DataChannelOptions, _ media: any CallMedia) -> DataChannelPipe? {
        guard pipes.count < DataChannelPipe.limit, let inbox = media.inbox(ofDataChannel: channel) else {
            media.closeDataChannel(channel)
            return nil
        }
        let pipe = DataChannelPipe(channel, of: media, inbox: inbox)
        pipes[channel] = pipe
        guard let waiting = asked.removeValue(forKey: options.protocolName) else { return pipe }
        waiting.resume(returning: pipe)
        return nil
    }

    /// - Returns: whether it was about one of these.
    func receive(_ event: DataChannelEvent) -> Bool {
        switch event {
        case .closed(let channel):
            guard let pipe = pipes.removeValue(forKey: channel) else { return false }
            pipe.ended()
            return true
        case .bufferedAmountLow(let channel): return pipes[channel] != nil
        case .associationClosed:
            end()
            return false
        default: return false
        }
    }

    /// The call is over.
    func end() {
        for pipe in pipes.values { pipe.ended() }
        pipes = [:]
        for waiting in asked.values { waiting.resume(returning: nil) }
        asked = [:]
    }
}
