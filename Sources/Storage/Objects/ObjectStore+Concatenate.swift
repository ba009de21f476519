import Primitives

extension ObjectStore {
    /// Makes one object of several, in order; each is checked while it is read.
    ///
    /// - Throws: `object_missing`, `object_corrupt`, `object_too_large`, `disk_full`.
    package func concatenate(_ parts: [Digest]) throws -> StoredObject {
        let writer = try writer()
        for part in parts {
            let file = try open(part)
            var hash = SHA256Stream()
            try file.forEachBlock { block in
                hash.update(block)
                try writer.write(block)
            }
            if hash.finalize() != part {
                let error = try folder.damage(part, file)
                _ = backend.forget(part)
                throw error
            }
        }
        return try writer.finish()
    }
}
