import Glibc
import Programs
import Testing

@Suite struct BusTests {
    @Test("An object on the bus answers calls at once and later, keeps properties, and refuses what does not fit")
    func objectOnTheBus() async throws {
        let bus = try await PrivateBus.start()
        let host = try Program.built("GLibTestHost")
        let server = try RunningProgram(host, ["bus-server"], environment: bus.environment)
        try await server.wait(for: "ready=true")
        let client = try Program.run(host, ["bus-client"], environment: bus.environment).values
        #expect(client["taken"] == "another process owns org.causerie.Test")
        #expect(client["echo"] == "ok h\u{E9} x,y")
        #expect(client["later"] == "ok 7")
        #expect(client["fail"] == "org.causerie.Test.Error.Failed: As asked.")
        #expect(client["failLater"] == "org.causerie.Test.Error.Later: As asked, later.")
        #expect(client["wrongTypes"]?.hasPrefix("org.freedesktop.DBus.Error.InvalidArgs: ") == true)
        #expect(client["unknownMethod"]?.hasPrefix("org.freedesktop.DBus.Error.UnknownMethod: ") == true)
        #expect(client["get"] == "ok 1")
        #expect(client["set"] == "ok ")
        #expect(client["getAll"] == "ok Fixed=a,b, Level=1.5")
        #expect(client["setRange"] == "org.causerie.Test.Error.Range: 0 to 2.")
        #expect(client["setType"]?.hasPrefix("org.freedesktop.DBus.Error.InvalidArgs: ") == true)
        #expect(client["setFixed"]?.contains("Error.InvalidArgs: ") == true)
        #expect(client["getUnknown"]?.contains("Error.InvalidArgs: ") == true)
        #expect(client["noObject"]?.contains("Error.Unknown") == true)
        let nobody = client["noService"] ?? ""
        #expect(nobody.contains("Error.ServiceUnknown: ") || nobody.contains("Error.NameHasNoOwner: "), "\(nobody)")
        #expect(client["heard"] == "news;Fixed=a,b, Level=1.5|owned false")
        #expect(client["left"] == "0")
        #expect(try await server.waitForEnd() == 0)
        #expect(server.printed.contains("taken=true"))
        #expect(server.printed.contains("invalid=true"))
        #expect(server.printed.contains("left=0"))
        #expect(server.complained.isEmpty)
    }

    @Test("A program outlives its bus")
    func busGoes() async throws {
        let bus = try await PrivateBus.start()
        let server = try RunningProgram(
            Program.built("GLibTestHost"), ["bus-server"], environment: bus.environment)
        try await server.wait(for: "ready=true")
        try await bus.stop()
        try await server.wait(for: "closed=true")
        #expect(try await server.waitForEnd() == 0)
    }

    @Test("Without a bus there is an error, not an abort")
    func noBus() throws {
        let environment = ["DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent/bus"]
        #expect(try scene("bus-client", environment: environment).values["error"] == "no bus")
    }
}
