import RTC
import Testing

@testable import Conference

@Suite("Marks, links and faces in messages")
struct ChatFormattingTests {
    /// Runs written as text: `[bi:text]`, and `(text)` for a link.
    private func shown(_ text: String) -> String {
        ChatRun.runs(of: text).map { run in
            var letters = ""
            for (style, letter) in [(ChatRun.Style.bold, "b"), (.italic, "i"), (.struck, "s"), (.code, "c")]
            where run.style.contains(style) { letters += letter }
            let inside = run.link == nil ? run.text : "(\(run.text))"
            return letters.isEmpty ? inside : "[\(letters):\(inside)]"
        }.joined()
    }

    @Test(
        "Marks make words bold, italic, struck out or code; what only looks like marks stays",
        arguments: [
            ("*bold* and _italic_", "[b:bold] and [i:italic]"), ("~no~ `x*y*z`", "[s:no] [c:x*y*z]"),
            ("*a _b_ c*", "[b:a ][bi:b][b: c]"), ("file_name_here 2*3*4", "file_name_here 2*3*4"),
            ("* no * _ no _", "* no * _ no _"), ("*open", "*open"), ("**", "**"), ("*a\nb*", "*a\nb*"),
            ("(*a*), \"_b_\".", "([b:a]), \"[i:b]\"."), ("*<b>x</b>*", "[b:<b>x</b>]"), ("*a*b*", "[b:a*b]"),
        ])
    func marks(text: String, expected: String) { #expect(shown(text) == expected) }

    @Test(
        "Links of three schemes are links, without the sentence's end; others are text",
        arguments: [
            ("see https://example.org/a_b_c?d=*e.", "see (https://example.org/a_b_c?d=*e)."),
            ("(http://a.b)", "((http://a.b))"), ("https://a/(b)", "(https://a/(b))"),
            ("mailto:ann@example.org, ok", "(mailto:ann@example.org), ok"), ("HTTPS://A", "(HTTPS://A)"),
            ("javascript:alert(1) file:///etc/passwd ftp://x", "javascript:alert(1) file:///etc/passwd ftp://x"),
            ("https://", "https://"), ("xhttps://a", "xhttps://a"), ("*https://a.b*", "[b:(https://a.b)]"),
        ])
    func links(text: String, expected: String) { #expect(shown(text) == expected) }

    @Test("A link leads where its text says: what cannot be seen ends it, and no other scheme is one")
    func honestLinks() {
        for hidden in ["\u{200B}", "\u{200E}", "\u{202E}", "\u{AD}", "\u{2060}", "\u{E0061}", "\u{FEFF}", "\u{E000}"] {
            let runs = ChatRun.runs(of: "https://bank.example\(hidden).evil.example/")
            // Some of them belong to the letter before.
            #expect(runs.first?.link?.hasPrefix("https://bank.exampl") == true, "\(hidden.unicodeScalars)")
            #expect(runs.allSatisfy { $0.link == nil || ($0.link == $0.text && !$0.text.contains("evil")) })
        }
        for text in ["*https://a.example/*", "`x` (https://a.example/b_(c)) <https://d.example> mailto:e@example.org"] {
            for run in ChatRun.runs(of: text) { #expect(run.link == nil || run.link == run.text) }
        }
        for text in ["file:///etc/passwd", "javascript:alert(1)", "data:text/html,x", "xhttps://a.example", "ftp://a"] {
            #expect(ChatRun.runs(of: text).allSatisfy { $0.link == nil }, "\(text)")
        }
    }

    @Test("Whatever is typed, the runs say it all, and quickly")
    func everything() {
        var random = RandomSource.seeded(1)
        let pieces = ["*", "_", "~", "`", " ", "a", "\n", "https://x", "é", "👩‍👩‍👧", "<", "&"]
        for _ in 0..<300 {
            let text = (0..<60).map { _ in pieces[Int(random.next() % UInt64(pieces.count))] }.joined()
            let shown = ChatRun.runs(of: text).map(\.text).joined()
            let marks: Set<Character> = ["*", "_", "~", "`"]
            #expect(shown.filter { !marks.contains($0) } == text.filter { !marks.contains($0) })
        }
        // Quadratic parsers would take minutes for these.
        for piece in ["*a ", "*", "`_*~", "https://"] {
            let text = String(repeating: piece, count: ChatText.limit / piece.utf8.count)
            #expect(!ChatRun.runs(of: text).isEmpty)
        }
    }

    @Test("Faces are words of their own")
    func faces() {
        #expect(Emoticon.atEnd(of: "hello :)")?.emoji == "🙂")
        #expect(Emoticon.atEnd(of: ":'-(")?.length == 4)
        #expect(Emoticon.atEnd(of: "http://") == nil)
        #expect(Emoticon.atEnd(of: "a:)") == nil)
        #expect(Emoticon.atEnd(of: "") == nil)
        #expect(Emoticon.replacingLast(in: "well :D") == "well 😀")
        #expect(Emoticon.replacingLast(in: "well") == "well")
    }
}
