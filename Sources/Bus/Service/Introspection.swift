/// The interfaces as D-Bus introspection documents, what GDBus checks calls against: the files of `Interfaces`, which are
/// installed for people and for other programs, too.
enum Introspection {
    static let root = text(PackageResources.org_causerie_Causerie_xml)
    static let stream = text(PackageResources.org_causerie_Stream_xml)
    static let people = text(PackageResources.org_causerie_People_xml)
    static let files = text(PackageResources.org_causerie_Files_xml)

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
