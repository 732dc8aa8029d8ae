/// Why a file does not go on, or cannot be sent: one sentence for each.
package enum FileProblem: String, Error, Hashable, Sendable, CustomStringConvertible {
    /// Of what is to be sent.
    case sourceMissing = "source-missing"
    case sourceUnreadable = "source-unreadable"
    case sourceChanged = "source-changed"
    case notAFile = "not-a-file"
    case tooManyFiles = "too-many-files"
    case nameTooLong = "name-too-long"
    /// Of where it is to go.
    case folderMissing = "folder-missing"
    case notWritable = "not-writable"
    case diskFull = "disk-full"
    case diskError = "disk-error"
    /// Of the way.
    case unreachable = "unreachable"
    case connectionLost = "connection-lost"
    /// What came is not what was sent.
    case hashMismatch = "hash-mismatch"
    case protocolError = "protocol-error"
    /// The far side could not go on: its disk, its file.
    case remoteFailed = "remote-failed"
    case remoteDiskFull = "remote-disk-full"
    case remoteSourceChanged = "remote-source-changed"
    case remoteRefuses = "remote-refuses"
    case tooManyOffers = "too-many-offers"
    case notPossible = "not-possible"
    case unknownTransfer = "unknown-transfer"
    case blocked
    case diskRefuses = "disk-refuses"

    package var description: String {
        switch self {
        case .sourceMissing: translatable("The file is not there any more.")
        case .sourceUnreadable: translatable("The file cannot be read.")
        case .sourceChanged: translatable("The file was changed while it was sent. Send it again.")
        case .notAFile: translatable("Only files and folders can be sent.")
        case .tooManyFiles: translatable("The folder holds too many files, or they lie too deep in it.")
        case .nameTooLong: translatable("The name is too long.")
        case .folderMissing: translatable("The folder that the file goes to is not there any more.")
        case .notWritable: translatable("Nothing can be written to the folder that the file goes to.")
        case .diskFull: translatable("The disk is full. What has come is kept: make room, then try again.")
        case .diskError: translatable("The disk refuses to write. What has come is kept.")
        case .unreachable: translatable("The correspondent cannot be reached for files now.")
        case .connectionLost: translatable("The connection was lost. The file goes on when it is back.")
        case .hashMismatch: translatable("What came is not what was sent. Nothing of it is kept.")
        case .protocolError: translatable("The far side sent something that makes no sense.")
        case .remoteFailed: translatable("The far side could not go on with the file.")
        case .remoteDiskFull: translatable("The correspondent's disk is full.")
        case .remoteSourceChanged: translatable("The file was changed on the correspondent's side.")
        case .remoteRefuses: translatable("The far side does not take this file.")
        case .tooManyOffers: translatable("Too many files wait for this person already.")
        case .notPossible: translatable("That cannot be done with this file now.")
        case .unknownTransfer: translatable("There is no such file.")
        case .blocked: translatable("You have blocked this person.")
        case .diskRefuses: translatable("The profile cannot be written, so nothing was done.")
        }
    }
}
