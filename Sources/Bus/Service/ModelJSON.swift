import BusClient
import Conference

extension JSONValue {
    /// A window: what it shows, how, and what could be taken back.
    init(_ window: WindowDescription) {
        let size: [Member] = [
            Member("width", .integer(Int64(window.size.width))), Member("height", .integer(Int64(window.size.height))),
            Member("isMaximized", .bool(window.size.isMaximized)),
        ]
        self = .object([
            Member("id", .string(window.id)),
            Member("layout", .string(window.layout.rawValue)),
            Member("size", .object(size)),
            Member("origin", JSONValue(window.origin)),
            Member("streams", .array(window.streams.map { .string($0.name) })),
            Member("panes", .array(window.panes.map { JSONValue($0) })),
            Member("undo", JSONValue(window.history.undoName)),
            Member("redo", JSONValue(window.history.redoName)),
        ])
    }

    private init(_ pane: Pane) {
        self = .object([
            Member("id", .string(pane.id)), Member("stream", .string(pane.stream.name)),
            Member("display", .string(pane.display.rawValue)),
        ])
    }

    /// Who is at the other end, and how the call goes there.
    init(_ information: StreamInformation) {
        self = .object([
            Member("remoteIdentifier", JSONValue(information.remoteIdentifier)),
            Member("remoteAddress", JSONValue(information.remoteAddress)),
            Member("fingerprint", JSONValue(information.fingerprint)),
            Member("standing", JSONValue(information.standing?.rawValue)),
            Member("contact", JSONValue(information.contact)),
            Member("verification", JSONValue(information.verification)),
            Member("verified", .bool(information.isVerified)),
            Member("localCandidate", JSONValue(information.localCandidate)),
            Member("remoteCandidate", JSONValue(information.remoteCandidate)),
            Member("audioCodec", JSONValue(information.audioCodec)),
            Member("videoCodec", JSONValue(information.videoCodec)),
            Member("dtlsVersion", JSONValue(information.dtlsVersion)),
            Member("dtlsCipher", JSONValue(information.dtlsCipher)),
            Member("srtpCipher", JSONValue(information.srtpCipher)),
        ])
    }

    private init(_ codec: StreamInformation.Codec) {
        guard codec.name != nil else {
            self = .null
            return
        }
        self = .object([Member("sent", JSONValue(codec.sent)), Member("received", JSONValue(codec.received))])
    }

    private init(_ candidate: StreamInformation.Candidate?) {
        guard let candidate else {
            self = .null
            return
        }
        self = .object([
            Member("type", .string(candidate.type)), Member("transport", .string(candidate.transport)),
            Member("address", .string(candidate.address)),
        ])
    }

    private init(_ text: String?) { self = text.map { .string($0) } ?? .null }
}
