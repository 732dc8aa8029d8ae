import Foundation
import Programs
import Testing

/// Every widget of every window that there is: named for those who cannot see it, and in the user's language.
@Suite("Every widget of every window", .serialized)
struct WalkTests {
    /// Windows and dialogs in the states that show the most.
    static let scenes = [
        "empty", "calling", "call", "person", "reconnecting", "incoming", "ended", "identity", "trust", "devices",
        "grid",
        "preferences", "preferences-devices", "preferences-quality", "preferences-network",
        "network-check", "server", "shortcuts", "about", "statistics",
        "statistics-ended", "statistics-empty", "edit-streams", "edit-streams-list", "edit-streams-invalid", "poor",
        "edit-streams-call", "people", "people-calls", "people-empty", "contact", "contact-invalid", "verify",
        "chat", "chat-request", "chat-window", "chat-nobody", "chat-files", "files", "files-empty",
        "trace", "trace-route", "trace-empty", "trace-invalid",
    ]

    /// What is no sentence of this program's: names of people, devices and formats.
    private static let data: Set<String> = [
        "Ann Lee", "Bob", "Causerie", "VP8", "JSON", "Opus", "Headset Microphone", "Headset Speakers",
        "Integrated Camera", "root", "main", "desk", "door",
        "Élodie", "Zoe", "office.example.org", "bob@example.org", "Desk 4", "host", "relay",
        // What people say in conversations.
        "VP8 Opus DTLS SRTP", "Bonjour ! 192.168.1.7",
        // Files.
        "DTLS", "VP8.pdf", "RFC 8831.txt", "Opus.ogg", "SRTP.png", "SDP.tar.gz", "ICE.mp4",
        "DTLS 1.2, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, AEAD_AES_128_GCM",
        // GTK's own word for the key.
        "Ctrl",
        // The network's own words, as they passed.
        "HTTP GET /chat HTTP/1.1", "HTTP/1.1 101 Switching Protocols",
    ]

    private func walk(_ scene: String, _ environment: [String: String]) async throws -> [String: String] {
        let all = environment.merging(["WALK": "1", "GTK_A11Y": "test"]) { $1 }
        let outcome = try await Scenes.show(scene, environment: all)
        #expect(outcome.status == 0, "\(scene): \(outcome.errors)")
        return outcome.values
    }

    private static func words(_ values: [String: String]) -> Set<String> {
        Set((values["words"] ?? "").split(separator: "\u{241F}").map(String.init))
    }

    @Test(
        "has a name for a screen reader, a tooltip where there is only an icon, and no English for who reads French",
        arguments: scenes)
    func walked(_ scene: String) async throws {
        let english = try await walk(scene, [:])
        // The shortcuts window's own controls are GTK's.
        if scene != "shortcuts" { #expect(english["unnamed"] == "", "\(scene)") }

        let french = try Scenes.french()
        let said = Self.words(try await walk(scene, french.environment))
        let same = try Self.alikeInBoth()
        let left = Self.words(english).intersection(said).filter { word in
            word.contains { $0.isLetter } && !same.contains(word) && !Self.data.contains(word)
                && word.split(separator: " ").contains { part in
                    part.count > 3 && part.allSatisfy { $0.isLetter && $0.isASCII }
                }
        }
        #expect(left.isEmpty, "\(scene)")
        #expect(!said.isEmpty)
        withExtendedLifetime(french.folder) {}
    }

    /// Texts that are the same word in French.
    private static func alikeInBoth() throws -> Set<String> {
        let catalogue = try String(contentsOf: Scenes.root.appendingPathComponent("po/fr.po"), encoding: .utf8)
        var alike: Set<String> = []
        var last = ""
        for line in catalogue.split(separator: "\n") {
            if line.hasPrefix("msgid \"") { last = String(line.dropFirst(7).dropLast()) }
            if line.hasPrefix("msgstr \""), line.dropFirst(8).dropLast() == last {
                alike.insert(last.replacingOccurrences(of: "_", with: ""))
            }
        }
        return alike
    }
}
