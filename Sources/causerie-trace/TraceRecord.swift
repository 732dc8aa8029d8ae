import Foundation
import Sockets

/// A log and the file that it goes to.
struct TraceOutput {
    private var writer: any TraceWriter
    private let file: FileHandle

    /// - Parameter path: the file to create, or nil for standard output.
    init(_ writer: any TraceWriter, path: String?) throws {
        self.writer = writer
        if let path {
            guard FileManager.default.createFile(atPath: path, contents: nil) else {
                throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: path])
            }
            file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        } else {
            file = .standardOutput
        }
        try file.write(contentsOf: Data(writer.prologue))
    }

    mutating func add(_ event: TraceEvent) throws {
        try file.write(contentsOf: Data(writer.encode(event)))
    }
}

/// The logs of one run. An event is in all of them before its bytes go on.
actor TraceRecord {
    private var outputs: [TraceOutput]
    private var hasFailed = false

    init(_ outputs: sending [TraceOutput]) { self.outputs = outputs }

    func add(_ event: TraceEvent) {
        do {
            for index in outputs.indices { try outputs[index].add(event) }
        } catch {
            // Said once: a full disk must not stop the traffic, nor flood the terminal.
            if !hasFailed { Self.tell("cannot write: \(error.localizedDescription)") }
            hasFailed = true
        }
    }

    /// A word for the user, beside the log.
    static func tell(_ text: String) {
        FileHandle.standardError.write(Data("causerie-trace: \(text)\n".utf8))
    }
}
