import Glibc

/// One finding, for the test that started this process.
func report(_ key: String, _ value: some CustomStringConvertible) {
    print("\(key)=\(value)")
    // Every stream: a scene that crashes afterwards has still said what it found.
    fflush(nil)
}

/// Whether this is the process's first thread, whose number is the process's: the kernel's word, not Swift's.
nonisolated func isProcessMainThread() -> Bool {
    var buffer = [CChar](repeating: 0, count: 64)
    guard readlink("/proc/thread-self", &buffer, buffer.count - 1) > 0 else { return false }
    let text = buffer.prefix { $0 != 0 }.map { Character(Unicode.Scalar(UInt8(bitPattern: $0))) }
    return String(text) == "\(getpid())/task/\(getpid())"
}
