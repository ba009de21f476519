import Synchronization

/// The files that were read lately: one that is asked for again is worth its place in the page cache, one that is read once
/// is not (after the admission of 2Q: Johnson and Shasha, VLDB 1994).
final class RecentReads: Sendable {
    /// Files remembered.
    private static let capacity = 256

    private let files = Mutex<[UInt64]>([])

    /// Whether a file was read lately; from now on it was.
    ///
    /// - Parameter file: its number in the file system: new bytes in the place of old ones are another file.
    func again(_ file: UInt64) -> Bool {
        files.withLock { files in
            let place = files.firstIndex(of: file)
            if let place { files.remove(at: place) }
            files.append(file)
            if files.count > Self.capacity { files.removeFirst() }
            return place != nil
        }
    }
}
