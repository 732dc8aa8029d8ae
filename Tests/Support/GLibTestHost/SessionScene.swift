import GLibKit

/// Stands in for the desktop's session manager: says what it is asked to hold off, and for how long.
func sessionScene() {
    do {
        let connection = try BusConnection.session()
        let root = ObjectPath.root.appending("org").appending("gnome").appending("SessionManager")
        let export = try BusExport(SessionManager(), at: root, on: connection)
        let name = try BusName("org.gnome.SessionManager", on: connection)
        report("ready", true)
        withExtendedLifetime((export, name)) { MainLoop.run() }
    } catch { report("error", "\(error)") }
}

private final class SessionManager: BusInterface {
    private var next: UInt32 = 0

    let introspection = """
        <node><interface name="org.gnome.SessionManager">
          <method name="RegisterClient">
            <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="o" direction="out"/>
          </method>
          <method name="UnregisterClient"><arg type="o" direction="in"/></method>
          <method name="Inhibit">
            <arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/>
            <arg type="u" direction="in"/><arg type="u" direction="out"/>
          </method>
          <method name="Uninhibit"><arg type="u" direction="in"/></method>
          <method name="IsInhibited"><arg type="u" direction="in"/><arg type="b" direction="out"/></method>
        </interface></node>
        """

    func call(_ method: String, _ arguments: [Variant]) throws(BusFailure) -> BusReply {
        switch method {
        case "RegisterClient":
            return .values([.objectPath(ObjectPath.root.appending("org").appending("gnome").appending("client"))])
        case "Inhibit":
            next += 1
            report("inhibit", arguments.last?.intValue ?? 0)
            return .values([.uint32(next)])
        case "Uninhibit":
            report("uninhibit", arguments.first?.intValue ?? 0)
            return .nothing
        case "IsInhibited": return .values([.bool(next > 0)])
        default: return .nothing
        }
    }

    func property(_ name: String) throws(BusFailure) -> Variant { throw .invalidArguments("There is no property.") }

    func setProperty(_ name: String, to value: Variant) throws(BusFailure) {
        throw .invalidArguments("There is no property.")
    }

    let allProperties: [String: Variant] = [:]
}
