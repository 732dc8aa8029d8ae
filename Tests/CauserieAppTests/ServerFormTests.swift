import Conference
import Testing

@testable import CauserieApp

@Suite("A server as a person fills it in") struct ServerFormTests {
    private func form(
        _ kind: ServerForm.Kind, _ host: String, _ port: String = "", user: String = "ann"
    ) -> ServerForm {
        var form = ServerForm()
        form.kind = kind
        form.host = host
        form.port = port
        form.user = user
        form.password = "secret"
        return form
    }

    @Test("becomes its URI, with a user only where one is used")
    func written() {
        #expect(form(.stun, "stun.example.org").server == NetworkSettings.Server("stun:stun.example.org:3478"))
        #expect(form(.stun, "2001:db8::1", "3479").server?.uri == "stun:[2001:db8::1]:3479")
        #expect(form(.turnTCP, " turn.example.org ").server?.uri == "turn:turn.example.org:3478?transport=tcp")
        let server = NetworkSettings.Server("turns:192.0.2.1:443?transport=tcp", user: "ann", password: "secret")
        #expect(form(.turnTLS, "192.0.2.1", "443").server == server)
        // A whole URI that was pasted says its kind itself.
        #expect(form(.stun, "turn:turn.example.org").server?.uri == "turn:turn.example.org:3478?transport=udp")
    }

    @Test(
        "is refused when it makes no server",
        arguments: [
            ("", ""), ("a b:c", ""), ("host", "0"), ("host", "70000"), ("host", "x"), ("hö", ""), ("stun:", ""),
        ])
    func refused(host: String, port: String) {
        #expect(form(.stun, host, port).server == nil)
    }

    @Test("A TURN server needs a user")
    func userMissing() { #expect(form(.turnUDP, "turn.example.org", user: "").server == nil) }

    @Test(
        "is what it was when it is edited",
        arguments: [
            "stun:stun.example.org:3478", "turn:[2001:db8::1]:3478?transport=udp", "turn:a:1?transport=tcp",
            "turns:a:5349?transport=tcp",
        ])
    func edited(uri: String) {
        let server = uri.hasPrefix("stun") ? NetworkSettings.Server(uri) : .init(uri, user: "u", password: "p")
        #expect(ServerForm(server).server == server)
    }

    @Test("A password that only the keyring knows is not taken for an empty one")
    func passwordUnknown() {
        let server = NetworkSettings.Server("turn:a:1?transport=tcp", user: "u")
        var form = ServerForm(server)
        #expect(form.server == server)
        form.password = "new"
        #expect(form.server?.password == "new")
    }
}
