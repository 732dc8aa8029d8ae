/// How files reach others, and come in.
extension Conference {
    func makeFiles() -> FileTransfers {
        let folders = options.folders ?? ProfileFolders(profile: profile)
        return FileTransfers(chat: chat, contacts: contacts, in: folders, logger: logger)
    }
}
