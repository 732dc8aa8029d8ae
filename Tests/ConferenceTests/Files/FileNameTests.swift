import Testing

@testable import Conference

@Suite struct FileNameTests {
    @Test(
        "A name of somebody else is one on this disk, and looks like what it is",
        arguments: [
            ("report.pdf", "report.pdf"), ("../../etc/passwd", "passwd"), ("/etc/shadow", "shadow"),
            ("C:\\Users\\x\\a.exe", "a.exe"), (".bashrc", "bashrc"), ("...", "file"), ("", "file"), ("..", "file"),
            ("a\u{0}b\n\u{1B}[31m.txt", "ab[31m.txt"), ("photo\u{202E}gpj.exe", "photogpj.exe"),
            ("\u{200B}\u{FEFF}x", "x"), ("trailing. . ", "trailing"), ("été 日本.txt", "été 日本.txt"),
            ("~root", "root"), ("a/", "a"),
        ])
    func safe(name: String, expected: String) { #expect(FileName.safe(name) == expected) }

    @Test("A long name is cut between characters, and keeps its ending")
    func long() {
        let name = FileName.safe(String(repeating: "é", count: 400) + ".tar.gz")
        #expect(name.utf8.count <= FileName.limit && name.hasSuffix("é.tar.gz"))
        #expect(FileName.safe("a." + String(repeating: "x", count: 500)).utf8.count == FileName.limit)
        // Cut where a dot and a space stand, neither of which is seen at an end.
        let stem = String(repeating: "a", count: FileName.limit - 2)
        #expect(FileName.safe(stem + " . " + String(repeating: "x", count: 500)) == stem)
    }

    @Test("Numbers stand before the ending")
    func numbered() {
        #expect(FileName.numbered("a.tar.gz", 2) == "a (2).tar.gz")
        #expect(FileName.numbered("a", 3) == "a (3)" && FileName.numbered("a.b", 1) == "a.b")
    }

    @Test("An index that leads out of its folder, repeats itself or lies about its sizes is none")
    func index() throws {
        func offer(_ index: FileIndex) -> FileOffer {
            let bytes = index.bytes.count
            let total = index.entries.reduce(Int64(bytes)) { $0 &+ $1.size }
            return FileOffer(name: "x", size: total, fileCount: max(1, index.fileCount), indexSize: bytes)
        }
        let good = FileIndex([
            .init(path: "a", size: 0, isFolder: true), .init(path: "a/b", size: 7), .init(path: "é", size: 0),
        ])
        #expect(try FileIndex(parsing: good.bytes, of: offer(good)) == good)
        for path in [
            "../x", "/x", "a/../../x", "a//b", ".", "a/./b", "x\u{202E}y", String(repeating: "d/", count: 40) + "x",
        ] {
            let bad = FileIndex([.init(path: path, size: 1)])
            #expect(throws: FileProblem.protocolError) { try FileIndex(parsing: bad.bytes, of: offer(bad)) }
        }
        let twice = FileIndex([.init(path: "a", size: 1), .init(path: "a", size: 1)])
        #expect(throws: FileProblem.protocolError) { try FileIndex(parsing: twice.bytes, of: offer(twice)) }
        var lie = offer(good)
        lie.size += 1
        #expect(throws: FileProblem.protocolError) { try FileIndex(parsing: good.bytes, of: lie) }
        for count in 0..<good.bytes.count {
            #expect(throws: FileProblem.self) {
                try FileIndex(parsing: Array(good.bytes.prefix(count)), of: offer(good))
            }
        }
    }

    @Test("An offer's numbers have bounds, and its name is made safe")
    func control() throws {
        let id = ConversationIdentifier(high: 1, low: 2)
        for word in [
            FileControl.Word.offer(FileOffer(name: "a", size: 5)), .accept, .cancel, .done,
            .offer(FileOffer(name: "f", size: 500, fileCount: 3, indexSize: 90)),
        ] {
            let control = FileControl(id, word)
            #expect(try FileControl.parse(control.payload) == control)
        }
        let hostile = #"{"type":"file-offer","id":"\#(id)","name":"../.x","size":1}"#
        #expect(try FileControl.parse(Array(hostile.utf8))?.word == .offer(FileOffer(name: "x", size: 1)))
        for fields in [
            #""name":"a","size":-1"#, #""name":"a","size":9223372036854775807"#, #""name":"a""#,
            #""name":"a","size":5,"files":0"#, #""name":"a","size":5,"files":99999999"#,
            #""name":"a","size":5,"files":2"#, #""name":"a","size":5,"index":6"#, #""name":"a","size":5,"index":-1"#,
        ] {
            let text = #"{"type":"file-offer","id":"\#(id)",\#(fields)}"#
            #expect(throws: ConversationError.self) { try FileControl.parse(Array(text.utf8)) }
        }
        #expect(try FileControl.parse(Array(#"{"type":"file-later","id":"\#(id)"}"#.utf8)) == nil)
    }
}
