import BusClient
import Conference
import GLibKit

/// Windows: opened, closed, arranged, kept in files, and their changes taken back.
extension RootObject {
    /// Nil for a method of another kind.
    func windowMethod(_ method: String, _ words: [String]) throws(BusFailure) -> BusReply? {
        switch method {
        case "ListWindows": return .values([.strings(conference.windows.map(\.id))])
        case "DescribeWindow": return .values([.string(JSONValue(try conference.findWindow(words[0])).text())])
        case "AddWindow":
            guard let window = conference.addWindow() else { throw .tooManyWindows }
            return .values([.string(window.id)])
        case "CloseWindow": try close(words[0])
        case "ReopenWindow": return .values([.string(try reopen().id)])
        case "SetLayout": try setLayout(of: words[0], to: words[1])
        case "ExportWindow": try export(words[0], to: words[1])
        case "ImportWindows": return .values([.strings(try importWindows(from: words[0]))])
        case "Undo": try undo(words[0])
        case "Redo": try redo(words[0])
        default: return nil
        }
        return .nothing
    }

    private func close(_ id: String) throws(BusFailure) {
        let window = try conference.findWindow(id)
        guard conference.windows.count > 1 else { throw .lastOne("The last window stays.") }
        conference.close(window)
    }

    private func reopen() throws(BusFailure) -> WindowDescription {
        guard !conference.closedWindows.isEmpty else { throw .failed("No window was closed.") }
        guard let window = conference.reopenWindow() else { throw .tooManyWindows }
        return window
    }

    private func setLayout(of id: String, to word: String) throws(BusFailure) {
        let window = try conference.findWindow(id)
        guard let layout = PaneLayout(rawValue: word) else {
            let words = PaneLayout.allCases.map(\.rawValue).joined(separator: ", ")
            throw .invalidValue("A layout is one of \(words).")
        }
        window.history.record(translatable("Change Layout"), of: "layout") { window.layout = layout }
    }

    // MARK: Files

    private func export(_ id: String, to path: String) throws(BusFailure) {
        let window = try conference.findWindow(id)
        try Self.check(path: path)
        do {
            try conference.export(window, to: path)
        } catch { throw BusFailure(error) }
    }

    private func importWindows(from path: String) throws(BusFailure) -> [String] {
        try Self.check(path: path)
        do {
            return try conference.importWindows(from: path).map(\.id)
        } catch { throw BusFailure(error) }
    }

    /// The caller's folder is not known here: a relative path would mean another file than the caller's.
    static func check(path: String) throws(BusFailure) {
        guard path.hasPrefix("/"), path.utf8.count < 4096 else {
            throw .invalidValue("A file's path begins with / and has less than 4096 bytes.")
        }
    }

    // MARK: Changes taken back

    private func undo(_ id: String) throws(BusFailure) {
        let window = try conference.findWindow(id)
        guard window.history.undoName != nil else { throw .failed("There is nothing to take back.") }
        window.history.undo()
    }

    private func redo(_ id: String) throws(BusFailure) {
        let window = try conference.findWindow(id)
        guard window.history.redoName != nil else { throw .failed("There is nothing to make again.") }
        window.history.redo()
    }
}
