import GLibKit
import Glibc

private let testName = "org.causerie.Test"
private let testPath = ObjectPath.root.appending("test")

/// An object with a property of each kind of access, and methods of each kind of answer.
private final class TestObject: BusInterface {
    var level = 1.0
    var isGone = false

    let introspection = """
        <node><interface name="org.causerie.Test">
          <method name="Echo"><arg type="s" direction="in"/><arg type="as" direction="in"/>
            <arg type="s" direction="out"/><arg type="as" direction="out"/></method>
          <method name="Later"><arg type="u" direction="in"/><arg type="u" direction="out"/></method>
          <method name="Fail"/>
          <method name="FailLater"/>
          <method name="Bytes"><arg type="ay" direction="in"/></method>
          <method name="Emit"/>
          <method name="Quit"/>
          <property name="Level" type="d" access="readwrite"/>
          <property name="Fixed" type="as" access="read"/>
        </interface></node>
        """

    var allProperties: [String: Variant] { ["Level": .double(level), "Fixed": .strings(["a", "b"])] }

    func call(_ method: String, _ arguments: [Variant]) throws(BusFailure) -> BusReply {
        switch method {
        case "Echo": return .values(arguments)
        case "Later":
            return .later { () async throws(BusFailure) -> [Variant] in
                try? await Task.sleep(for: .milliseconds(20))
                return arguments
            }
        case "Fail": throw BusFailure(name: "org.causerie.Test.Error.Failed", message: "As asked.")
        case "FailLater":
            return .later { () async throws(BusFailure) -> [Variant] in
                await Task.yield()
                throw BusFailure(name: "org.causerie.Test.Error.Later", message: "As asked, later.")
            }
        case "Emit":
            server?.emit(testPath, "org.causerie.Test", "Told", [.string("news"), .dictionary(allProperties)])
            return .nothing
        case "Quit":
            MainLoop.quit()
            return .nothing
        default: return .nothing
        }
    }

    func property(_ name: String) throws(BusFailure) -> Variant {
        guard let value = allProperties[name] else { throw .invalidArguments("There is no \(name).") }
        return value
    }

    func setProperty(_ name: String, to value: Variant) throws(BusFailure) {
        guard let number = value.doubleValue, (0...2).contains(number) else {
            throw BusFailure(name: "org.causerie.Test.Error.Range", message: "0 to 2.")
        }
        level = number
    }
}

private var server: BusConnection?

/// Shows the object until it is told to quit, or the bus is gone; then counts what is left.
func busServerScene() {
    guard let connection = try? BusConnection.session() else { return report("error", "no bus") }
    server = connection
    do {
        let name = try BusName(testName, on: connection)
        let export = try BusExport(TestObject(), at: testPath, on: connection)
        report("taken", (try? BusExport(TestObject(), at: testPath, on: connection)) == nil)
        report("invalid", (try? BusName("no dots", on: connection)) == nil)
        connect(connection.object, "closed") {
            report("closed", true)
            MainLoop.quit()
        }
        report("ready", true)
        withExtendedLifetime((name, export)) { MainLoop.run() }
        connection.flush()
    } catch { report("error", "\(error)") }
    Task { MainLoop.quit() }
    MainLoop.run()
    report("left", LiveCount.bus.value)
}

/// Uses the object from another process.
func busClientScene() {
    guard let connection = try? BusConnection.session() else { return report("error", "no bus") }
    let object = BusTarget(name: testName, path: testPath, interface: "org.causerie.Test")
    let properties = BusTarget(name: testName, path: testPath, interface: "org.freedesktop.DBus.Properties")
    report("taken", outcome { _ = try BusName(testName, on: connection) })
    let show = { (key: String, target: BusTarget, method: String, arguments: [Variant]) in
        report(key, outcome(values: { try connection.call(target, method, arguments) }))
    }
    show("echo", object, "Echo", [.string("h\u{E9}"), .strings(["x", "y"])])
    show("later", object, "Later", [.uint32(7)])
    show("fail", object, "Fail", [])
    show("failLater", object, "FailLater", [])
    show("wrongTypes", object, "Echo", [.int32(1)])
    show("unknownMethod", object, "Nothing", [])
    show("get", properties, "Get", [.string("org.causerie.Test"), .string("Level")])
    show("set", properties, "Set", [.string("org.causerie.Test"), .string("Level"), .variant(.double(1.5))])
    show("getAll", properties, "GetAll", [.string("org.causerie.Test")])
    show("setRange", properties, "Set", [.string("org.causerie.Test"), .string("Level"), .variant(.double(9))])
    show("setType", properties, "Set", [.string("org.causerie.Test"), .string("Level"), .variant(.string("x"))])
    show("setFixed", properties, "Set", [.string("org.causerie.Test"), .string("Fixed"), .variant(.strings([]))])
    show("getUnknown", properties, "Get", [.string("org.causerie.Test"), .string("Nothing")])
    let elsewhere = BusTarget(name: testName, path: testPath.appending("x"), interface: "org.causerie.Test")
    show("noObject", elsewhere, "Fail", [])
    let nobody = BusTarget(name: "org.causerie.Nobody", path: testPath, interface: "org.causerie.Test")
    show("noService", nobody, "Fail", [])
    subscriptions(connection, object)
    report("left", LiveCount.bus.value)
}

private func subscriptions(_ connection: BusConnection, _ object: BusTarget) {
    var heard: [String] = []
    var others: BusSubscription? = connection.subscribe(sender: testName, signal: "Other") { _ in heard.append("wrong")
    }
    var told: BusSubscription? = connection.subscribe(sender: testName, path: testPath, signal: "Told") { event in
        heard.append(event.arguments.map(\.text).joined(separator: ";"))
        MainLoop.quit()
    }
    var watch: BusSubscription? = BusName.watch(testName, on: connection) { isOwned in
        heard.append("owned \(isOwned)")
        MainLoop.quit()
    }
    _ = try? connection.call(object, "Emit")
    MainLoop.run()
    _ = try? connection.call(object, "Quit")
    MainLoop.run()
    report("heard", heard.joined(separator: "|"))
    withExtendedLifetime((others, told, watch)) {}
    (others, told, watch) = (nil, nil, nil)
    // GLib frees a subscription's closure by the loop.
    let pause = EventSource.after(.milliseconds(20)) { MainLoop.quit() }
    withExtendedLifetime(pause) { MainLoop.run() }
}

private func outcome(_ body: () throws -> Void) -> String {
    outcome(values: {
        try body()
        return []
    })
}

private func outcome(values: () throws -> [Variant]) -> String {
    do {
        return "ok " + (try values()).map(\.text).joined(separator: " ")
    } catch let error as GLibError {
        return (error.busName ?? error.domain) + ": " + error.message
    } catch { return "\(error)" }
}
