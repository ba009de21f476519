import Foundation
import Primitives

/// A file descriptor with the platform's errors; closes itself.
final class DiskFile {
    private var descriptor: Int32
    private var isDirect = false
    let path: String

    /// Bytes of a page.
    private static let pageBytes = Int(sysconf(Int32(_SC_PAGESIZE)))
    #if os(Linux)
        #if arch(arm64)
            // O_DIRECT of <asm/fcntl.h>, which the overlay does not carry.
            private static let directFlag: Int32 = 0o200000
        #else
            private static let directFlag: Int32 = 0o40000
        #endif
    #endif

    private init(descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit { close() }

    /// Opens for reading; does not follow a symbolic link when told so.
    static func reading(_ path: String, followingLinks: Bool = true) throws -> DiskFile {
        try open(path, O_RDONLY | O_CLOEXEC | (followingLinks ? 0 : O_NOFOLLOW), 0)
    }

    /// Creates a file that must not exist.
    static func creating(_ path: String, mode: mode_t = 0o600) throws -> DiskFile {
        try open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    }

    /// Opens or creates for appending.
    static func appending(_ path: String, mode: mode_t = 0o600) throws -> DiskFile {
        try open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, mode)
    }

    private static func open(_ path: String, _ flags: Int32, _ mode: mode_t) throws -> DiskFile {
        while true {
            let descriptor = Foundation.open(path, flags, mode)
            if descriptor >= 0 { return DiskFile(descriptor: descriptor, path: path) }
            if errno != EINTR { throw DiskFailure.make(errno, "open", path) }
        }
    }

    /// Size in bytes, and the mode with the file's type.
    func status() throws -> (size: Int64, mode: mode_t) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw DiskFailure.make(errno, "stat", path) }
        return (Int64(status.st_size), status.st_mode)
    }

    /// The file's number in its file system.
    func number() throws -> UInt64 {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw DiskFailure.make(errno, "stat", path) }
        return UInt64(status.st_ino)
    }

    /// Fills the buffer from an offset as far as the file reaches.
    ///
    /// - Returns: the bytes read; fewer than asked only at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int {
        var done = 0
        while done < buffer.count, let base = buffer.baseAddress {
            let count = pread(descriptor, base + done, buffer.count - done, off_t(offset) + off_t(done))
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                if errno == EINVAL, isDirect, setDirect(false) { continue }
                throw DiskFailure.make(errno, "read", path)
            }
            done += count
        }
        return done
    }

    /// Fills the beginning of the buffer with up to `count` bytes from an offset.
    ///
    /// - Parameter cached: whether to read through the page cache; if not, the buffer's address and length and the offset
    ///   must be multiples of 4096 (`open(2)`, `O_DIRECT`).
    /// - Returns: the bytes read; fewer than asked only at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer, count: Int, at offset: Int64, cached: Bool) throws -> Int {
        let isDirect = !cached && setDirect(true)
        defer { if isDirect { _ = setDirect(false) } }
        if isDirect { return min(count, try read(into: buffer, at: offset)) }
        return try read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]), at: offset)
    }

    /// Up to `count` bytes from an offset.
    func read(_ count: Int, at offset: Int64) throws -> Data {
        var data = Data(count: count)
        let got = try data.withUnsafeMutableBytes { try read(into: $0, at: offset) }
        return got == count ? data : data.prefix(got)
    }

    /// Writes everything at the present place.
    func write(_ bytes: UnsafeRawBufferPointer) throws {
        var done = 0
        while done < bytes.count, let base = bytes.baseAddress {
            let count = Foundation.write(descriptor, base + done, bytes.count - done)
            if count < 0 {
                if errno == EINTR { continue }
                // A file system may take the flag and refuse the write.
                if errno == EINVAL, isDirect, setDirect(false) { continue }
                throw DiskFailure.make(errno, "write", path)
            }
            done += count
        }
    }

    /// From now on writes go past the page cache, or through it again. Without the cache neither a copy nor memory is
    /// spent on bytes that nobody reads soon; addresses, lengths and places must be multiples of 4096 then.
    ///
    /// - Returns: whether the file system can.
    func setDirect(_ direct: Bool) -> Bool {
        #if os(Linux)
            let flags = fcntl(descriptor, F_GETFL)
            guard flags >= 0 else { return false }
            let done = fcntl(descriptor, F_SETFL, direct ? flags | Self.directFlag : flags & ~Self.directFlag) == 0
            if done { isDirect = direct }
            return done
        #else
            return !direct
        #endif
    }

    /// Whether most of the file is in memory already (`mincore(2)`).
    func isCached(_ size: Int64) -> Bool {
        guard size > 0, let map = mmap(nil, Int(size), PROT_READ, MAP_SHARED, descriptor, 0), map != MAP_FAILED else {
            return false
        }
        defer { munmap(map, Int(size)) }
        var pages = [UInt8](repeating: 0, count: (Int(size) + Self.pageBytes - 1) / Self.pageBytes)
        guard mincore(map, Int(size), &pages) == 0 else { return false }
        return pages.count { $0 & 1 == 1 } * 2 > pages.count
    }

    /// Writes everything at the present place.
    func write(_ data: Data) throws {
        try data.withUnsafeBytes { try write($0) }
    }

    /// Shares the blocks of another file where the file system can (`FICLONE`).
    ///
    /// - Returns: false where it cannot; nothing was written then.
    func clone(_ source: DiskFile) -> Bool {
        let ficlone: UInt = 0x4004_9409
        return ioctl(descriptor, ficlone, source.descriptor) == 0
    }

    /// Sets the permission bits.
    func setMode(_ mode: mode_t) throws {
        guard fchmod(descriptor, mode) == 0 else { throw DiskFailure.make(errno, "chmod", path) }
    }

    /// Returns after content and metadata are on the disk.
    func synchronise() throws {
        guard fsync(descriptor) == 0 else { throw DiskFailure.make(errno, "fsync", path) }
    }

    /// Tells the system to begin writing a range to the disk, so that a later `synchronise` finds less to do.
    func beginWriteback(from offset: Int64, count: Int64) {
        #if os(Linux)
            // Linux starts to write what is dirty in the range, and drops only what is clean, of which there is none yet.
            _ = posix_fadvise(descriptor, off_t(offset), off_t(count), POSIX_FADV_DONTNEED)
        #endif
    }

    /// Takes an exclusive advisory lock (`flock`) that lasts while the file is open.
    ///
    /// - Returns: false when another process has it.
    func lock() throws -> Bool {
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
        if errno == EWOULDBLOCK { return false }
        throw DiskFailure.make(errno, "lock", path)
    }

    /// Empties the file.
    func truncate() throws {
        guard ftruncate(descriptor, 0) == 0 else { throw DiskFailure.make(errno, "truncate", path) }
    }

    /// Closes early; closing twice is harmless.
    func close() {
        if descriptor >= 0 { _ = Foundation.close(descriptor) }
        descriptor = -1
    }

    /// Makes a folder's entries durable: needed after a rename into it.
    static func synchronise(folder: String) throws {
        let file = try open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
        try file.synchronise()
    }

    /// Renames within one file system, replacing what is there.
    static func rename(_ from: String, to: String) throws {
        guard Foundation.rename(from, to) == 0 else { throw DiskFailure.make(errno, "rename", to) }
    }

    /// Makes a folder and those above it, mode 0700.
    static func makeFolder(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: path,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw DiskFailure.make(errno, "create", path)
        }
    }
}
