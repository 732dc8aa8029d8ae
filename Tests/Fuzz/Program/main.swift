import FuzzTargets
import Glibc
import Synchronization

// Fuzz NAME [OPTIONS OF libFuzzer] [CORPUS...]; without a name, the names.

/// libFuzzer's own main function belongs to programs that have one target; this one is told which.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

guard CommandLine.arguments.count > 1 else {
    for target in FuzzTarget.allCases { print(target.rawValue) }
    exit(0)
}
guard let target = FuzzTarget(rawValue: CommandLine.arguments[1]) else {
    print("Fuzz: no target \(CommandLine.arguments[1])")
    exit(2)
}
FuzzTarget.chosen.withLock { $0 = target }

var arguments = CommandLine.unsafeArgv + 1
var count = CommandLine.argc - 1
let status = runDriver(&count, &arguments) { bytes, count in
    let input = Array(UnsafeBufferPointer(start: bytes, count: bytes == nil ? 0 : count))
    FuzzTarget.chosen.withLock { $0 }?.run(input)
    return 0
}
exit(status)
