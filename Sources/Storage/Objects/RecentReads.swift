import Primitives
import Synchronization

/// The objects that were read lately, by digest: one that is asked for again is worth its place in the page cache, one that
/// is read once is not (after the admission of 2Q: Johnson and Shasha, VLDB 1994).
final class RecentReads: Sendable {
    /// Objects remembered.
    private static let capacity = 256

    private let digests = Mutex<[Digest]>([])

    /// Whether an object was read lately; from now on it was.
    func again(_ digest: Digest) -> Bool {
        digests.withLock { digests in
            let place = digests.firstIndex(of: digest)
            if let place { digests.remove(at: place) }
            digests.append(digest)
            if digests.count > Self.capacity { digests.removeFirst() }
            return place != nil
        }
    }
}
