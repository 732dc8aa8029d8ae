import Foundation

// Compares a call between two instances with the same call between two Chromium processes, in one run.
// usage: CallBench [SECONDS [PROGRAMS-FOLDER]]
let seconds = CommandLine.arguments.dropFirst().first.flatMap(Double.init) ?? 10
do {
    for shape in CallShape.all {
        let browser = try await BrowserCall.measure(shape, seconds: seconds)
        print("chromium \(shape.name): \(browser)")
    }
} catch {
    FileHandle.standardError.write(Data("CallBench: \(error)\n".utf8))
    exit(1)
}
