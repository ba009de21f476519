import Datasets
import Primitives
import WireAPI

extension DatasetVersionBody {
    init(_ version: DatasetVersion) {
        self.init(
            name: version.reference.name,
            version: version.reference.number,
            tree: version.tree,
            createdAt: version.createdAt,
            createdBy: version.createdBy,
            licence: version.licence,
            source: version.source,
            schema: version.schema,
            tags: version.tags,
            provenance: version.provenance,
            rows: version.rows,
            bytes: version.bytes,
            derivedFrom: version.parent?.description,
            shards: version.shards.map(DatasetShardBody.init)
        )
    }
}

extension DatasetShardBody {
    init(_ shard: DatasetShard) {
        self.init(
            path: shard.path,
            digest: shard.digest,
            rows: shard.rows,
            bytes: shard.bytes,
            language: shard.language
        )
    }
}

extension DatasetSummaryBody {
    init(_ summary: DatasetSummary) {
        self.init(
            name: summary.name,
            versions: summary.versions,
            rows: summary.rows,
            bytes: summary.bytes,
            licence: summary.licence,
            updatedAt: summary.updatedAt
        )
    }
}
