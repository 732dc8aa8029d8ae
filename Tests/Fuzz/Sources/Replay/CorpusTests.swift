import Foundation
import Testing

/// What `make fuzz` begins with and what it has found goes through the same entry functions here, in moments.
@Suite("Fuzz corpora") struct CorpusTests {
    @Test("every input of every corpus, whole and cut, does no harm", arguments: FuzzTarget.allCases)
    func replay(target: FuzzTarget) throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Corpora/\(target.rawValue)").standardizedFileURL
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        try #require(!files.isEmpty)
        target.run([])
        for file in files {
            let bytes = try Array(Data(contentsOf: file))
            target.run(bytes)
            if bytes.count < 1000 { target.run(Array(bytes.prefix(bytes.count / 2))) }
        }
    }
}
