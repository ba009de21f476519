import Foundation

/// Where a file system puts the folders of attempts.
///
/// Each attempt makes and removes half a dozen folders. ext4 does not use an inode again for a minute after it was removed,
/// and looks past all of those one by one when it makes the next in the same group of blocks: a thousand tasks a minute cost
/// each other milliseconds. Folders below one with the flag `T` (chattr(1)) are spread over all groups.
enum FolderSpread {
    // From linux/fs.h, whose macros Swift does not see.
    private static let getFlags: UInt = 0x8008_6601
    private static let setFlags: UInt = 0x4008_6602
    private static let topOfTree: CInt = 0x0002_0000

    /// Asks for folders below this one to be spread. Other file systems refuse, which changes nothing.
    static func ask(below path: String) {
        let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return }
        defer { close(folder) }
        // The kernel writes an int, though the request is declared with a long.
        var flags: Int = 0
        guard ioctl(folder, getFlags, &flags) == 0 else { return }
        let known = CInt(truncatingIfNeeded: flags)
        guard known & topOfTree == 0 else { return }
        flags = Int(known | topOfTree)
        _ = ioctl(folder, setFlags, &flags)
    }
}
