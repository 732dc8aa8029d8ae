import GLibKit
import Glibc
import Sockets

/// A form in which a trace is saved.
package nonisolated enum TraceFile: String, CaseIterable, Sendable {
    case text, hex, json, pcapng

    /// What the file's name ends with.
    package var suffix: String {
        switch self {
        case .text, .hex: "txt"
        case .json: "jsonl"
        case .pcapng: "pcapng"
        }
    }

    var name: String {
        switch self {
        case .text: tr("Text")
        case .hex: tr("Hexadecimal")
        case .json: tr("JSON, an object a line")
        case .pcapng: tr("Captures for Wireshark")
        }
    }

    private var writer: any TraceWriter {
        switch self {
        case .text: TextTraceWriter()
        case .hex: HexTraceWriter()
        case .json: JSONTraceWriter()
        case .pcapng: PcapngTraceWriter()
        }
    }

    /// Why a file was not written, in the system's words.
    package struct Failure: Error, Equatable, Sendable {
        package var reason: String

        package init(reason: String) { self.reason = reason }
    }

    /// Writes the events, away from the main thread. A file of that name stays as it was until the new one is whole.
    @concurrent
    package func write(_ events: [TraceEvent], to path: String) async throws(Failure) {
        let part = path + ".part"
        guard let file = fopen(part, "we") else { throw Self.failure() }
        var writer = writer
        var isWritten = Self.put(writer.prologue, file)
        for event in events where isWritten { isWritten = Self.put(writer.encode(event), file) }
        let failure = Self.failure()
        guard fclose(file) == 0, isWritten else {
            let late = isWritten ? Self.failure() : failure
            unlink(part)
            throw late
        }
        guard rename(part, path) == 0 else { throw Self.failure() }
    }

    private static func put(_ bytes: [UInt8], _ file: UnsafeMutablePointer<FILE>) -> Bool {
        fwrite(bytes, 1, bytes.count, file) == bytes.count
    }

    private static func failure() -> Failure { Failure(reason: String(cString: strerror(errno))) }
}
