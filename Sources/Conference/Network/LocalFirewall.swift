import FoundationEssentials

/// The firewall of this computer, as far as it can be seen without rights.
enum LocalFirewall: Hashable, Sendable {
    case ufw, firewalld
    case none

    /// - Parameter root: where the system's files are.
    static func found(root: String = "") -> LocalFirewall {
        let ufw = (try? ProfileFile(path: root + "/etc/ufw/ufw.conf").read()) ?? nil
        let lines = String(decoding: ufw ?? [], as: UTF8.self).split(separator: "\n")
        if lines.contains(where: { $0.lowercased().replacing(" ", with: "") == "enabled=yes" }) { return .ufw }
        if FileManager.default.fileExists(atPath: root + "/run/firewalld.pid") { return .firewalld }
        return .none
    }

    /// What has to be open.
    func verdict(port: Int, mediaPorts: ClosedRange<Int>?) -> NetworkVerdict {
        var values = ["port": String(port)]
        if let mediaPorts { values["ports"] = "\(mediaPorts.lowerBound):\(mediaPorts.upperBound)" }
        switch (self, mediaPorts != nil) {
        case (.ufw, true):
            return .warning(
                translatable(
                    "This computer's firewall is on. For calls run: sudo ufw allow {port}/tcp; for sound and picture: sudo ufw allow {ports}/udp."
                ), values)
        case (.ufw, false):
            return .warning(
                translatable(
                    "This computer's firewall is on. For calls run: sudo ufw allow {port}/tcp; sound and picture mostly find their way by UDP."
                ), values)
        case (.firewalld, true):
            values["ports"] = mediaPorts.map { NetworkSettings.text($0) }
            return .warning(
                translatable(
                    "This computer's firewall is on. For calls run: sudo firewall-cmd --add-port={port}/tcp; for sound and picture: sudo firewall-cmd --add-port={ports}/udp."
                ), values)
        case (.firewalld, false):
            return .warning(
                translatable(
                    "This computer's firewall is on. For calls run: sudo firewall-cmd --add-port={port}/tcp; sound and picture mostly find their way by UDP."
                ), values)
        case (.none, _):
            return .ok(
                translatable(
                    "None is seen on this computer. One elsewhere has to let TCP port {port} in for calls, and UDP for sound and picture."
                ), values)
        }
    }
}
