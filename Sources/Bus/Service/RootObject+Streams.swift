import BusClient
import Conference
import GLibKit

/// Streams: listed, added, copied, removed. What each can do is on its own object.
extension RootObject {
    /// Nil for a method of another kind.
    func streamMethod(_ method: String, _ words: [String]) throws(BusFailure) -> BusReply? {
        switch method {
        case "ListStreams": return .values([.objectPaths(conference.streams.map(path))])
        case "AddStream": return .values([.objectPath(path(of: try addStream(words[1], toWindow: words[0])))])
        case "DuplicateStream": return .values([.objectPath(path(of: try duplicate(words[0])))])
        case "RemoveStream":
            try removeStream(words[0])
            return .nothing
        default: return nil
        }
    }

    private func path(of stream: Stream) -> ObjectPath { BusAddress.streamsPath.appending(stream.name) }

    private func addStream(_ name: String, toWindow id: String) throws(BusFailure) -> Stream {
        let window = try conference.findWindow(id)
        let name = try StreamProperty.text(.string(name), "A stream's name", limit: 128)
        return try adding(to: window, translatable("Add Stream")) { conference.addStream(named: name, to: window) }
    }

    private func duplicate(_ name: String) throws(BusFailure) -> Stream {
        let stream = try conference.findStream(name)
        guard let window = conference.window(of: stream) else { throw .notFound("stream", name) }
        return try adding(to: window, translatable("Duplicate Stream")) { conference.duplicate(stream, in: window) }
    }

    private func adding(
        to window: WindowDescription, _ name: String, _ add: () -> Stream
    ) throws(BusFailure) -> Stream {
        guard window.canAddStream else { throw .full("This window has as many streams as a window can have.") }
        var added: Stream?
        window.history.record(name) { added = add() }
        guard let added else { throw .failed("The stream was not added.") }
        return added
    }

    private func removeStream(_ name: String) throws(BusFailure) {
        let stream = try conference.findStream(name)
        guard let window = conference.window(of: stream) else { throw .notFound("stream", name) }
        guard window.streams.count > 1 else { throw .lastOne("The last stream of a window stays.") }
        window.history.record(translatable("Remove Stream")) { conference.remove(stream, from: window) }
    }
}
