import CPulse

/// Whether a sink is heard by one person alone: a headset, headphones, an earpiece.
enum SinkPrivacy {
    /// A sink's way out at the moment.
    struct Port {
        var type: UInt32
        /// For programs and for people.
        var names: [String]
    }

    /// `device.form_factor` values, as the server's documentation has them.
    private static let formFactors: Set = ["headset", "headphone", "hands-free"]

    private static let portTypes: Set = [
        PA_DEVICE_PORT_TYPE_HEADPHONES.rawValue, PA_DEVICE_PORT_TYPE_HEADSET.rawValue,
        PA_DEVICE_PORT_TYPE_HANDSET.rawValue, PA_DEVICE_PORT_TYPE_EARPIECE.rawValue,
    ]

    /// Types that say nothing of who hears it.
    private static let vagueTypes: Set = [
        PA_DEVICE_PORT_TYPE_UNKNOWN.rawValue, PA_DEVICE_PORT_TYPE_ANALOG.rawValue,
        PA_DEVICE_PORT_TYPE_BLUETOOTH.rawValue, PA_DEVICE_PORT_TYPE_USB.rawValue,
    ]

    static func isPersonal(formFactor: String?, port: Port?) -> Bool {
        if let formFactor, formFactors.contains(formFactor) { return true }
        guard let port else { return false }
        if portTypes.contains(port.type) { return true }
        // Older servers and sound cards without a table of their own: only the names tell.
        return vagueTypes.contains(port.type) && port.names.contains(where: soundsPersonal)
    }

    /// By a name alone, for what is not there to be asked.
    static func soundsPersonal(_ name: String) -> Bool {
        let name = name.lowercased()
        return ["headphone", "headset", "earpiece", "earphone"].contains { name.contains($0) }
    }
}

extension SinkPrivacy {
    static func isPersonal(_ info: pa_sink_info) -> Bool {
        let formFactor = pa_proplist_gets(info.proplist, "device.form_factor").map { String(cString: $0) }
        let port = info.active_port?.pointee
        return isPersonal(
            formFactor: formFactor,
            port: port.map { port in
                Port(
                    type: port.type,
                    names: [port.name, port.description].compactMap { $0.map { String(cString: $0) } })
            })
    }
}
