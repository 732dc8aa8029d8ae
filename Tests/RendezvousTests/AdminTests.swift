import Foundation
import Sockets
import Testing

@testable import Rendezvous

@Suite("Administration") struct AdminTests {
    @Test("nothing without the token, everything with it")
    func token() async throws {
        let server = try await RunningServer.start()
        #expect(try await server.ask("GET /metrics").hasPrefix("HTTP/1.1 401"))
        #expect(try await server.ask("GET /metrics", ["Authorization: Bearer wrong"]).hasPrefix("HTTP/1.1 401"))
        #expect(try await server.ask("GET /admin").contains("<form method=\"post\" action=\"/admin/login\">"))
        #expect(try await server.ask("POST /admin/lock", body: "path=/chat&locked=yes").hasPrefix("HTTP/1.1 401"))
        #expect(try await server.ask("GET /chat").hasPrefix("HTTP/1.1 426"))
        #expect(try await server.ask("GET /else").hasPrefix("HTTP/1.1 404"))
        let bearer = "Authorization: Bearer \(server.token)"
        let client = try await server.join("/signal", as: "<ann>")
        let metrics = try await server.ask("GET /metrics", [bearer])
        #expect(metrics.contains("\ncauserie_clients{service=\"/signal\"} 1\n"))
        #expect(metrics.contains("\n# TYPE causerie_connections gauge\n"))
        let page = try await server.ask("GET /admin", [bearer])
        #expect(page.contains("<h2>/signal</h2>"))
        #expect(page.contains("Content-Security-Policy: default-src 'none'"))
        await client.close()
        await server.stop()
    }

    @Test("a browser's way: log in, lock, disconnect, set limits; other pages may not")
    func browser() async throws {
        let server = try await RunningServer.start()
        #expect(try await server.ask("POST /admin/login", body: "token=wrong").hasPrefix("HTTP/1.1 401"))
        let answer = try await server.ask("POST /admin/login", body: "token=\(server.token)")
        #expect(answer.hasPrefix("HTTP/1.1 303"))
        #expect(answer.contains("HttpOnly; SameSite=Strict"))
        let cookie = "Cookie: other=1; causerie-admin=\(server.token)"
        let client = try await server.join("/signal", as: "ann")
        let foreign = try await server.ask(
            "POST /admin/lock", [cookie, "Origin: http://evil.example"], body: "path=%2Fsignal&locked=yes")
        #expect(foreign.hasPrefix("HTTP/1.1 403"))
        let own = "Origin: http://127.0.0.1:\(server.port)"
        let locked = try await server.ask("POST /admin/lock", [cookie, own], body: "path=%2Fsignal&locked=yes")
        #expect(locked.hasPrefix("HTTP/1.1 303"))
        await #expect(throws: SocketError.self) { try await server.join("/signal") }
        _ = try await server.ask("POST /admin/lock", [cookie, own], body: "path=%2Fsignal&locked=no")
        _ = try await server.ask(
            "POST /admin/limits", [cookie, own],
            body: "connections=7&perAddress=5&messageSize=100&framesPerSecond=")
        let page = try await server.ask("GET /admin", [cookie])
        #expect(page.contains("name=\"connections\" inputmode=\"numeric\" value=\"7\""))
        #expect(page.contains("name=\"messageSize\" inputmode=\"numeric\" value=\"100\""))
        let id = try #require(page.firstMatch(of: /name="id" value="(\d+)"/)?.1)
        _ = try await server.ask("POST /admin/disconnect", [cookie], body: "id=\(id)")
        while try await client.next() != nil {}
        #expect(client.socket.closure?.reason == "disconnected by the administrator")
        await server.stop()
    }

    @Test("the token's file: made for its owner alone, refused when others may read it")
    func file() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "token-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        _ = try AdminToken(path: path)
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
        let text = try String(contentsOfFile: path, encoding: .utf8).trimmingCharacters(in: .newlines)
        #expect(text.count == 32)
        #expect(try AdminToken(path: path).matches(text))
        #expect(try !AdminToken(path: path).matches(text + "0"))
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        #expect(throws: AdminToken.Failure.self) { try AdminToken(path: path) }
    }
}
