import Foundation
import Synchronization

/// A process that a test started: by `posix_spawn`, because Foundation's `Process` takes a child that closes its inherited
/// descriptors (PulseAudio does) for ended and then waits for it for ever, and lets children inherit that libdispatch's
/// threads block signals.
final class ChildProcess {
    let identifier: pid_t
    let output = Collected()
    let errors = Collected()
    /// Our end of its standard input, if it has one of its own.
    private var input: Int32?
    private var status: Int32?

    struct NotStarted: Error {
        let program: String
        let code: Int32
    }

    /// What a pipe has brought so far.
    final class Collected: Sendable {
        private struct State {
            var bytes: [UInt8] = []
            var isAtEnd = false
            /// How often the pipe was looked at and was empty.
            var pauses = 0
        }

        /// How long an empty pipe is looked at, in milliseconds.
        private static let pause: Int32 = 100

        private let state = Mutex(State())
        var text: String { state.withLock { String(decoding: $0.bytes, as: UTF8.self) } }
        var isAtEnd: Bool { state.withLock { $0.isAtEnd } }
        var pauses: Int { state.withLock { $0.pauses } }

        /// Whether all is here that was written before the pipe had paused so often. Two looks ended since then, so the
        /// second began after it.
        func isDrained(since pauses: Int) -> Bool { state.withLock { $0.isAtEnd || $0.pauses >= pauses + 2 } }

        /// Reads a descriptor on a thread of its own, and closes it at its end. (libdispatch's read sources have been seen
        /// to miss the end of a pipe.)
        func read(_ descriptor: Int32) {
            Thread.detachNewThread { [self] in
                var buffer = [UInt8](repeating: 0, count: 65_536)
                while true {
                    var look = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                    if Glibc.poll(&look, 1, Self.pause) == 0 {
                        state.withLock { $0.pauses += 1 }
                        continue
                    }
                    let count = Glibc.read(descriptor, &buffer, buffer.count)
                    if count < 0 && errno == EINTR { continue }
                    guard count > 0 else { break }
                    state.withLock { $0.bytes += buffer[..<count] }
                }
                close(descriptor)
                state.withLock { $0.isAtEnd = true }
            }
        }
    }

    /// One start at a time: no child inherits a pipe's end in the moment before that is marked to be closed.
    private static let starting = Mutex(())

    /// - Parameter takesInput: without, its standard input is empty; with, that ends when this process does.
    init(
        _ program: URL, _ arguments: [String], environment: [String: String], takesInput: Bool = false
    ) throws {
        let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let started = try Self.starting.withLock { _ in
            try Self.start(program, arguments, variables, takesInput: takesInput)
        }
        identifier = started.identifier
        input = started.input
        output.read(started.output)
        errors.read(started.errors)
    }

    /// Starts the process; gives the descriptors to read what it prints, and to write what it is told.
    private static func start(
        _ program: URL, _ arguments: [String], _ environment: [String: String], takesInput: Bool
    ) throws -> (identifier: pid_t, output: Int32, errors: Int32, input: Int32?) {
        let (printed, complained) = (try makePipe(), try makePipe())
        let told = takesInput ? try makeSockets() : nil
        defer {
            close(printed.write)
            close(complained.write)
            if let told { close(told.theirs) }
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let told {
            posix_spawn_file_actions_adddup2(&actions, told.theirs, STDIN_FILENO)
        } else {
            posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        }
        posix_spawn_file_actions_adddup2(&actions, printed.write, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, complained.write, STDERR_FILENO)
        let identifier = try spawn(program.path, arguments, environment, &actions)
        return (identifier, printed.read, complained.read, told?.ours)
    }

    deinit {
        send(SIGKILL)
        if status == nil { waitpid(identifier, nil, 0) }
        endInput()
    }

    func endInput() {
        if let input { close(input) }
        input = nil
    }

    /// False when the process does not listen any more.
    func write(_ text: String) -> Bool {
        guard let input else { return false }
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.send(input, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            bytes = bytes.dropFirst(count)
        }
        return true
    }

    /// The exit status once the process has ended; 128 and the signal's number when a signal ended it.
    func poll() -> Int32? {
        if let status { return status }
        var raw: Int32 = 0
        guard waitpid(identifier, &raw, WNOHANG) == identifier else { return nil }
        let signal = raw & 0x7F
        status = signal == 0 ? (raw >> 8) & 0xFF : 128 + signal
        return status
    }

    func send(_ signal: Int32) {
        if poll() == nil { kill(identifier, signal) }
    }

    private static func makePipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw NotStarted(program: "pipe", code: errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    /// Instead of a pipe: to write to a process that has ended is an error then, not a signal.
    private static func makeSockets() throws -> (ours: Int32, theirs: Int32) {
        var ends: [Int32] = [0, 0]
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw NotStarted(program: "socketpair", code: errno) }
        return (ends[0], ends[1])
    }

    private static func spawn(
        _ program: String, _ arguments: [String], _ environment: [String: String],
        _ actions: inout posix_spawn_file_actions_t
    ) throws -> pid_t {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for text in words + variables { free(text) } }
        var identifier: pid_t = 0
        let code = posix_spawn(&identifier, program, &actions, &attributes, &words, &variables)
        guard code == 0 else { throw NotStarted(program: program, code: code) }
        return identifier
    }
}
