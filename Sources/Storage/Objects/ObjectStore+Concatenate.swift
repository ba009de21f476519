import Primitives

extension ObjectStore {
    /// Makes one object of several, in order; each is checked while it is read.
    ///
    /// - Throws: `object_missing`, `object_corrupt`, `object_too_large`, `disk_full`.
    package func concatenate(_ parts: [Digest]) throws -> StoredObject {
        let writer = try writer()
        for part in parts { try forEachBlock(of: part) { try writer.write($0) } }
        return try writer.finish()
    }

    /// Reads an object block by block, in one buffer. What is wrong with it is known only after its last block: what was
    /// made of it may be kept only when this returns.
    ///
    /// - Throws: `object_missing`, `object_corrupt`, and what the body throws.
    package func forEachBlock(of digest: Digest, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        let file = try open(digest)
        var hash = SHA256Stream()
        try file.forEachBlock { block in
            hash.update(block)
            try body(block)
        }
        if hash.finalize() != digest {
            let error = try folder.damage(digest, file)
            _ = backend.forget(digest)
            throw error
        }
    }
}
