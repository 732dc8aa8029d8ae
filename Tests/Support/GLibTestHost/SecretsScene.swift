import GLibKit

/// Has the name of the desktop's secret service, and never answers.
func silentSecretsScene() {
    do {
        let connection = try BusConnection.session()
        let root = ObjectPath.root.appending("org").appending("freedesktop").appending("secrets")
        let export = try BusExport(SilentService(), at: root, on: connection)
        let name = try BusName("org.freedesktop.secrets", on: connection)
        report("ready", true)
        withExtendedLifetime((export, name)) { MainLoop.run() }
    } catch { report("error", "\(error)") }
}

private final class SilentService: BusInterface {
    let introspection = """
        <node><interface name="org.freedesktop.Secret.Service">
          <method name="ReadAlias"><arg type="s" direction="in"/><arg type="o" direction="out"/></method>
          <method name="SearchItems">
            <arg type="a{ss}" direction="in"/><arg type="ao" direction="out"/><arg type="ao" direction="out"/>
          </method>
        </interface></node>
        """

    func call(_ method: String, _ arguments: [Variant]) throws(BusFailure) -> BusReply {
        .later { () throws(BusFailure) in
            try? await Task.sleep(for: .seconds(3600))
            return []
        }
    }

    func property(_ name: String) throws(BusFailure) -> Variant { throw .invalidArguments("There is no property.") }

    func setProperty(_ name: String, to value: Variant) throws(BusFailure) {
        throw .invalidArguments("There is no property.")
    }

    let allProperties: [String: Variant] = [:]
}
