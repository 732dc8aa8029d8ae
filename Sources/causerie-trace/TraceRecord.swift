import Foundation
import Sockets

/// A log and the file that it goes to.
struct TraceOutput {
    /// As the user is told.
    let name: String
    private var writer: any TraceWriter
    private let file: FileHandle

    /// - Parameter path: the file to create, or nil for standard output.
    init(_ writer: any TraceWriter, path: String?) throws {
        self.writer = writer
        name = path ?? "standard output"
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
///
/// A log that cannot be written is told and given up, so that a full disk neither stops the traffic nor fills the memory
/// nor leaves a log with holes that nobody knows of; the others go on.
actor TraceRecord {
    private var outputs: [TraceOutput]
    private(set) var hasFailed = false

    init(_ outputs: sending [TraceOutput]) { self.outputs = outputs }

    func add(_ event: TraceEvent) {
        for index in outputs.indices.reversed() {
            do {
                try outputs[index].add(event)
            } catch {
                let output = outputs.remove(at: index)
                hasFailed = true
                Self.tell(
                    "cannot write to \(output.name): \(Self.cause(error)); the relay goes on without this log")
            }
        }
    }

    /// The system's own words, which Foundation wraps.
    private static func cause(_ error: any Error) -> String {
        let inner = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError ?? error as NSError
        return inner.domain == NSPOSIXErrorDomain
            ? String(cString: strerror(Int32(inner.code))) : error.localizedDescription
    }

    /// A word for the user, beside the log. A terminal that is gone cannot be told.
    static func tell(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data("causerie-trace: \(text)\n".utf8))
    }
}
