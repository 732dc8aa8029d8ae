import BusClient
import Conference
import GLibKit
import Observation

/// `/org/causerie/Causerie/files`: files that are sent and received.
final class FilesObject: BusInterface {
    let conference: Conference
    private let connection: BusConnection
    private var last: [String: Variant] = [:]
    private var told: [String: [Variant]] = [:]
    private var observations: [Task<Void, Never>] = []
    private var offers: FileTransfers.OfferToken?

    init(_ conference: Conference, connection: BusConnection) {
        self.conference = conference
        self.connection = connection
        last = allProperties
        told = progress
        observe()
    }

    isolated deinit {
        for observation in observations { observation.cancel() }
        if let offers { files.removeOffer(offers) }
    }

    var introspection: String { Introspection.files }
    private var files: FileTransfers { conference.files }

    func call(_ method: String, _ arguments: [Variant]) throws(BusFailure) -> BusReply {
        // The bus has checked how many there are, and their types.
        let words = arguments.map { $0.stringValue ?? "" }
        switch method {
        case "SendFiles": return send(arguments[1].stringsValue ?? [], to: words[0])
        case "ListFiles": return .values([.string(try list(words[0]).text())])
        case "RetryFile":
            let transfer = try find(words[0])
            return .later { [files] () async throws(BusFailure) -> [Variant] in
                do throws(FileProblem) {
                    try await files.retry(transfer)
                } catch { throw BusFailure(error) }
                return []
            }
        default: break
        }
        try act(method, on: try find(words.first ?? ""), place: words.last ?? "")
        return .nothing
    }

    private func act(_ method: String, on transfer: FileTransfer, place: String) throws(BusFailure) {
        let action: () throws(FileProblem) -> Void
        switch method {
        case "AcceptFile":
            action = { [files] () throws(FileProblem) in try files.accept(transfer, to: place.isEmpty ? nil : place) }
        case "DeclineFile": action = { [files] () throws(FileProblem) in try files.decline(transfer) }
        case "PauseFile": action = { [files] () throws(FileProblem) in try files.pause(transfer) }
        case "ResumeFile": action = { [files] () throws(FileProblem) in try files.resume(transfer) }
        case "CancelFile": action = { [files] () throws(FileProblem) in try files.cancel(transfer) }
        case "RemoveFile": action = { [files] () throws(FileProblem) in try files.remove(transfer) }
        default: throw .unknownMethod(method)
        }
        do throws(FileProblem) { try action() } catch { throw BusFailure(error) }
    }

    private func send(_ paths: [String], to who: String) -> BusReply {
        .later { [conference] () async throws(BusFailure) -> [Variant] in
            guard !paths.isEmpty else { throw .invalidValue("There is no file to send.") }
            let conversation: Conversation
            do throws(ChatProblem) {
                conversation = try await conference.chat.conversation(named: who, in: conference)
            } catch { throw BusFailure(error) }
            do throws(FileProblem) {
                return [.strings(try await conference.files.send(paths, to: conversation).map { "\($0.id)" })]
            } catch { throw BusFailure(error) }
        }
    }

    private func list(_ who: String) throws(BusFailure) -> JSONValue {
        var transfers = files.transfers
        if !who.isEmpty {
            let ofStream = conference.stream(named: who).flatMap { conference.chat.conversation(of: $0) }
            guard let person = ofStream ?? conference.chat.known(named: who) else {
                throw .notFound("conversation with", who)
            }
            transfers = files.transfers(with: person)
        }
        return .array(transfers.map { JSONValue($0, with: files.conversation(of: $0)) })
    }

    /// By its id, or the beginning of it that no other one has.
    private func find(_ id: String) throws(BusFailure) -> FileTransfer {
        if let whole = ConversationIdentifier(id), let transfer = files[whole] { return transfer }
        let found = id.utf8.count >= 4 ? files.transfers.filter { "\($0.id)".hasPrefix(id) } : []
        guard found.count == 1, let transfer = found.first else { throw .notFound("file", id) }
        return transfer
    }

    // MARK: Properties

    var allProperties: [String: Variant] {
        let settings = files.settings
        return [
            "Folder": .string(settings.place),
            "AutomaticLimit": .uint64(UInt64(clamping: settings.automaticLimit)),
            "SpeedLimit": .uint64(UInt64(clamping: settings.bytesPerSecond)),
            "UsesConnections": .bool(settings.usesConnections),
        ]
    }

    func property(_ name: String) throws(BusFailure) -> Variant {
        guard let value = allProperties[name] else { throw .unknownProperty(name) }
        return value
    }

    func setProperty(_ name: String, to value: Variant) throws(BusFailure) {
        var settings = files.settings
        switch name {
        case "Folder": settings.folder = value.stringValue ?? ""
        case "AutomaticLimit": settings.automaticLimit = Int64(value.intValue ?? -1)
        case "SpeedLimit": settings.bytesPerSecond = Int64(value.intValue ?? -1)
        case "UsesConnections": settings.usesConnections = try StreamProperty.bool(value, name)
        default: throw .unknownProperty(name)
        }
        guard settings.isValid else {
            throw .invalidValue("A folder is an absolute path; a limit is a number of bytes, 0 for none.")
        }
        files.settings = settings
    }

    // MARK: Signals

    private var progress: [String: [Variant]] {
        var all: [String: [Variant]] = [:]
        for transfer in files.transfers {
            all["\(transfer.id)"] = [
                .string(transfer.code), .uint64(UInt64(clamping: transfer.bytesDone)),
                .uint64(UInt64(clamping: transfer.size)), .double(transfer.bytesPerSecond),
                .string(transfer.sentence),
            ]
        }
        return all
    }

    private func observe() {
        offers = files.onOffer { [weak self] transfer in
            guard let self else { return }
            let text = JSONValue(transfer, with: files.conversation(of: transfer)).text()
            emit("FileOffered", [.string(text)])
        }
        let properties = Observations { [weak self] in self?.allProperties ?? [:] }
        let progress = Observations { [weak self] in self?.progress ?? [:] }
        observations = [
            Task { [weak self] in
                for await now in properties { self?.tell(now) }
            },
            Task { [weak self] in
                for await now in progress { self?.tell(now) }
            },
        ]
    }

    private func tell(_ now: [String: [Variant]]) {
        for (id, values) in now.sorted(by: { $0.key < $1.key }) where told[id] != values {
            emit("FileProgress", [.string(id)] + values)
        }
        told = now
    }

    private func tell(_ now: [String: Variant]) {
        let changed = now.filter { last[$0.key] != $0.value }
        last = now
        guard !changed.isEmpty else { return }
        connection.emit(
            BusAddress.filesPath, "org.freedesktop.DBus.Properties", "PropertiesChanged",
            [.string(BusAddress.filesInterface), .dictionary(changed), .strings([])])
    }

    private func emit(_ signal: String, _ values: [Variant]) {
        connection.emit(BusAddress.filesPath, BusAddress.filesInterface, signal, values)
    }
}

extension BusFailure {
    init(_ problem: FileProblem) {
        switch problem {
        case .sourceMissing, .sourceUnreadable, .notAFile, .tooManyFiles, .nameTooLong, .folderMissing, .notWritable,
            .diskFull:
            self.init(name: BusErrors.file, message: "\(problem)")
        case .tooManyOffers: self.init(name: BusErrors.full, message: "\(problem)")
        case .unknownTransfer: self.init(name: BusErrors.notFound, message: "\(problem)")
        default: self = .failed("\(problem)")
        }
    }
}

extension JSONValue {
    init(_ transfer: FileTransfer, with person: Conversation?) {
        self = .object([
            Member("id", .string("\(transfer.id)")), Member("with", .string(person?.title ?? "")),
            Member("fingerprint", .string(person?.fingerprint ?? "")), Member("isOwn", .bool(transfer.isOwn)),
            Member("name", .string(transfer.name)), Member("size", .integer(transfer.size)),
            Member("files", .integer(Int64(transfer.offer.fileCount))),
            Member("isFolder", .bool(transfer.isFolder)), Member("path", .string(transfer.path)),
            Member("date", .integer(transfer.date)), Member("state", .string(transfer.code)),
            Member("message", .string(transfer.sentence)), Member("bytesDone", .integer(transfer.bytesDone)),
            Member("bytesPerSecond", .number(transfer.bytesPerSecond)),
            Member("secondsLeft", transfer.secondsLeft.map { .number($0) } ?? .null),
        ])
    }
}
