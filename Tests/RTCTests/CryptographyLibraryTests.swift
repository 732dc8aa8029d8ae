import Foundation
import RTC
import Testing

@Suite struct CryptographyLibraryTests {
    @Test("the process ends in good order while other threads still encrypt")
    func end() async {
        await #expect(processExitsWith: .success) {
            // What is registered first is done last: time for the others to stumble.
            atexit { usleep(100_000) }
            CryptographyLibrary.keepUntilTheEnd()
            for _ in 0..<2 {
                Thread.detachNewThread {
                    while true { _ = try? DTLSCertificate.generate(commonName: "end", secondsSince1970: 1_700_000_000) }
                }
            }
            usleep(50_000)
            exit(0)
        }
    }
}
