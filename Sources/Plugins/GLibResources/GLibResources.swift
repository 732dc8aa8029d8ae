import Foundation
import PackagePlugin

/// Turns `resources/` into one C file, so that the program carries its own interface, icons and style.
@main
struct GLibResources: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let resources = context.package.directoryURL.appending(path: "resources")
        let description = resources.appending(path: "causerie.gresource.xml")
        let output = context.pluginWorkDirectoryURL.appending(path: "causerie-resources.c")
        // The program's own icon is in the resources too.
        let folders = [resources, context.package.directoryURL.appending(path: "data/icons")]
        let inputs = folders.flatMap { folder in
            let files = FileManager.default.enumerator(
                at: folder.resolvingSymlinksInPath(), includingPropertiesForKeys: nil)
            return (files?.allObjects as? [URL]) ?? []
        }
        return [
            .buildCommand(
                displayName: "Compiling resources",
                executable: URL(filePath: "/usr/bin/glib-compile-resources"),
                arguments: [
                    "--generate-source", "--c-name", "causerie", "--internal", "--sourcedir", resources.path,
                    "--target", output.path, description.path,
                ],
                inputFiles: inputs, outputFiles: [output])
        ]
    }
}
