import Foundation
import Programs
import Testing

@Suite("Translations")
struct TranslationTests {
    private static let languages: [String] = {
        let file = Scenes.root.appendingPathComponent("po/LINGUAS")
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map(String.init).filter { !$0.isEmpty && !$0.hasPrefix("#") }
    }()

    private func po(_ language: String) -> String { Scenes.root.appendingPathComponent("po/\(language).po").path }

    @Test("The template holds exactly the texts of the program")
    func template() throws {
        let outcome = try Program.run(
            Program.system("sh"), [Scenes.root.appendingPathComponent("po/update.sh").path, "--check"])
        #expect(outcome.status == 0, "\(outcome.errors)")
    }

    @Test("A language is complete", arguments: languages)
    func complete(_ language: String) throws {
        for kind in ["--untranslated", "--only-fuzzy"] {
            let outcome = try Program.run(Program.system("msgattrib"), [kind, po(language)])
            #expect(outcome.output == "", "\(kind)")
        }
        #expect(try Program.run(Program.system("msgfmt"), ["--check", "-o", "/dev/null", po(language)]).status == 0)
        // Every text of the template is in it.
        let compared = try Program.run(
            Program.system("msgcmp"), [po(language), Scenes.root.appendingPathComponent("po/causerie.pot").path])
        #expect(compared.status == 0, "\(compared.errors)")
    }

    @Test("Each {place} of a text is in its translation, and no other", arguments: languages)
    func placeholders(_ language: String) throws {
        let text = try String(contentsOfFile: po(language), encoding: .utf8)
        var texts = 0
        for entry in Catalogue(text).entries where !entry.original.isEmpty {
            texts += 1
            for translation in entry.translations {
                #expect(
                    Catalogue.places(in: translation) == Catalogue.places(in: entry.original), "\(entry.original)")
            }
        }
        #expect(texts > 100)
    }

    @Test("A text with a key of its own keeps one in each language", arguments: languages)
    func mnemonics(_ language: String) throws {
        let text = try String(contentsOfFile: po(language), encoding: .utf8)
        for entry in Catalogue(text).entries where entry.original.contains("_") {
            for translation in entry.translations { #expect(translation.contains("_"), "\(entry.original)") }
        }
    }
}

/// A gettext catalogue, as far as these tests read it.
struct Catalogue {
    struct Entry {
        var original = ""
        var translations: [String] = []
    }
    var entries: [Entry] = []

    init(_ text: String) {
        var entry = Entry()
        var target = ""
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.isEmpty {
                entries.append(entry)
                (entry, target) = (Entry(), "")
                continue
            }
            if line.hasPrefix("#") { continue }
            let quoted = line.firstIndex(of: "\"").map { String(line[$0...].dropFirst().dropLast()) } ?? ""
            if line.hasPrefix("msgid ") {
                target = "original"
                entry.original = quoted
            } else if line.hasPrefix("msgstr") {
                target = "translation"
                entry.translations.append(quoted)
            } else if line.hasPrefix("msg") {
                target = ""
            } else if target == "original" {
                entry.original += quoted
            } else if target == "translation", let last = entry.translations.indices.last {
                entry.translations[last] += quoted
            }
        }
        entries.append(entry)
    }

    static func places(in text: String) -> Set<String> {
        Set(text.matches(of: /\{[a-z]+\}/).map { String($0.output) })
    }
}
