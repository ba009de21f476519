import Foundation
import Primitives

/// One object in a listing.
package struct ListedObject: Sendable, Hashable {
    /// Names it.
    package let digest: Digest
    /// Bytes.
    package let size: Int64
    /// When it was last written, or asked for by somebody who may be about to name it; for an object that is set aside,
    /// since when.
    package let usedAt: Timestamp
}

/// Where objects are kept for good: a folder, or a bucket with a folder in front as a cache. Every method may wait for a
/// disk or a network, so it is called from blocking contexts.
///
/// An object leaves in two steps, of which the first can be taken back: it is set aside, and a collection that finds it
/// unnamed a grace period later removes it. `open` and `holds` bring back what is set aside.
protocol ObjectBackend: Sendable {
    /// The folder on this machine out of which objects are read and in which they are written.
    var folder: ObjectFolder { get }

    /// The shortest grace period that a collection may be told, since uses are noted no finer than that.
    var minimumGraceSeconds: Int64 { get }

    /// Opens an object's file, after bringing it to this machine when it is elsewhere.
    ///
    /// - Throws: `object_missing`; `object_corrupt` when what came has another digest.
    func open(_ digest: Digest) throws -> DiskFile

    /// An object's bytes, counted; `object_missing`.
    func size(_ digest: Digest) throws -> Int64

    /// Whether an object is kept. From then on it counts as used now: whoever asks may name it.
    func holds(_ digest: Digest) throws -> Bool

    /// Whether an object is kept whole and undamaged, as far as can be known without sending it; it counts as used now.
    func holdsGood(_ object: StoredObject) throws -> Bool

    /// Keeps a finished temporary file of `folder` as an object; returns when it is durable.
    func keep(_ file: DiskFile, as object: StoredObject, chunks: ChunkList) throws

    /// Drops this machine's copy of an object whose bytes were found damaged here, where it is kept for good elsewhere.
    ///
    /// - Returns: whether reading it again may succeed.
    func forget(_ digest: Digest) -> Bool

    /// Writes, reads and removes something small where objects are kept for good.
    func probe() throws

    /// Reads all of an object where it is kept for good and checks it.
    func verify(_ digest: Digest) throws

    /// Every object with its size and last use.
    func forEach(_ body: (ListedObject) throws -> Void) throws

    /// Every object that is set aside.
    func aside() throws -> [ListedObject]

    /// Sets an object aside unless it was used since a moment.
    ///
    /// - Returns: whether it was set aside.
    func setAside(_ digest: Digest, unlessUsedSince moment: Timestamp) throws -> Bool

    /// Brings back what is set aside; it counts as used now.
    ///
    /// - Returns: whether it was there.
    func restore(_ digest: Digest) throws -> Bool

    /// Removes what is set aside, for good.
    func discard(_ digest: Digest) throws
}
