/// Why a file cannot become a window.
package enum WindowFileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Not JSON, or none of ours.
    case notAWindowFile
    /// Made by a later version of this program.
    case newerVersion
    /// It describes no stream.
    case noStreams
    case tooManyWindows
    /// In the system's words.
    case unreadable(String)
    case unwritable(String)

    /// One sentence for people, in English; the interface translates it.
    package var description: String {
        switch self {
        case .notAWindowFile: translatable("This file does not describe a window.")
        case .newerVersion: translatable("This file was made by a newer version of Causerie.")
        case .noStreams: translatable("This file describes a window without streams.")
        case .tooManyWindows: translatable("There are too many windows already.")
        case .unreadable: translatable("The file cannot be read.")
        case .unwritable: translatable("The file cannot be written.")
        }
    }
}

/// Why the windows of the last run did not come back.
package enum RestoringProblem: Hashable, Sendable, CustomStringConvertible {
    /// The file makes no sense; it is kept at this path.
    case broken(String)
    /// In the system's words.
    case unreadable(String)

    /// One sentence for people, in English; the interface translates it, and fills `{path}`.
    package var description: String {
        switch self {
        case .broken: translatable("The saved windows make no sense. The file is kept as {path}.")
        case .unreadable: translatable("The saved windows cannot be read.")
        }
    }
}

/// A window in a file of its own: to keep, to copy, to give to somebody.
extension Conference {
    /// Writes a window's description, with its streams and panes, to a file.
    package func export(_ window: WindowDescription, to path: String) throws(WindowFileError) {
        var record = record(of: window)
        // Panes may show streams of other windows: in a file of its own a window has to bring them.
        let own = Set(record.streams.map(\.name))
        var others: [Stream] = []
        for pane in window.panes
        where !own.contains(pane.stream.name) && !others.contains(where: { $0 === pane.stream }) {
            others.append(pane.stream)
        }
        record.streams += others.map { StreamRecord($0) }
        record.origin = nil
        do {
            try ProfileFile(path: path).write(WindowStore.bytes(of: [record], network: networkSettings))
        } catch { throw .unwritable("\(error)") }
    }

    /// The servers, interfaces and ports that a window's file describes, with the passwords that are known of them; those set
    /// where it describes none. Nothing is set by it: whose file it is may not be who should choose the servers.
    package func networkSettings(from path: String) throws(WindowFileError) -> NetworkSettings {
        let network = try WindowStore.network(of: Self.bytes(inFile: path))
        return network?.withoutPasswords.takingPasswords(from: networkSettings) ?? networkSettings
    }

    private static func bytes(inFile path: String) throws(WindowFileError) -> [UInt8] {
        let bytes: [UInt8]?
        do {
            bytes = try ProfileFile(path: path).read()
        } catch { throw .unreadable("\(error)") }
        guard let bytes else { throw .unreadable("there is no such file") }
        return bytes
    }

    /// Opens the windows that a file describes, beside those that are there. Names that are taken get a number; nobody
    /// is called, and nothing changes when the file cannot be used.
    @discardableResult package func importWindows(from path: String) throws(WindowFileError) -> [WindowDescription] {
        let saved = try WindowStore.windows(of: Self.bytes(inFile: path)).filter { !$0.streams.isEmpty }
        guard windows.count + saved.count <= WindowStore.windowLimit else { throw .tooManyWindows }
        var opened: [WindowDescription] = []
        for record in saved {
            guard let window = makeWindow() else { break }
            windows.append(window)
            fill(window, from: record)
            // Only one of two copies can answer.
            for stream in window.streams { stream.detection = false }
            restorePanes(of: record, in: window)
            opened.append(window)
        }
        return opened
    }
}
