import Foundation
import Primitives
import Storage

/// Cleans a data set folder into another: normalises, redacts and de-duplicates every row, in flat memory except for the
/// set of 16-byte hashes, and writes `dataset.json` (with the new row counts) and `provenance.json` beside the shards.
package struct DatasetCleaner {
    /// How far a run has come.
    package struct Progress: Sendable {
        /// Bytes read of all shards.
        package let bytesRead: Int64
        /// Bytes in all shards.
        package let bytesTotal: Int64
        /// The shard at work.
        package let shard: String
    }

    private let input: DatasetFolder
    private let output: String

    /// Prepares a run.
    ///
    /// - Throws: `file_missing`, `dataset_invalid`; `output_not_empty` when `output` holds something.
    package init(input: String, output: String) throws {
        self.input = try DatasetFolder(path: input)
        self.output = output
        if let present = try? FileManager.default.contentsOfDirectory(atPath: output), !present.isEmpty {
            throw PlatformError(
                .outputNotEmpty,
                "'\(output)' holds \(present.count) entries already.",
                nextStep: "Name an empty or new folder."
            )
        }
    }

    /// Cleans every shard, in order of their paths; of duplicates in different shards the first stays.
    ///
    /// - Throws: `dataset_row_invalid`, `dataset_row_too_large`, `invalid_utf8`, `disk_full`. What was written until then is
    ///   removed.
    package func run(progress: (Progress) -> Void = { _ in }) throws -> CleaningReport {
        var written: [String] = []
        do {
            var rows = RowCleaner()
            var shards: [CleaningReport.Shard] = []
            var before: Int64 = 0
            let total = input.totalBytes
            for shard in input.shards {
                shards.append(
                    try clean(shard, with: &rows) {
                        progress(Progress(bytesRead: before + $0, bytesTotal: total, shard: shard))
                    }
                )
                written.append("\(output)/\(shard)")
                before += input.bytes(of: shard)
            }
            let report = CleaningReport(shards: shards)
            let description = input.description.counting(shards.map { ($0.path, $0.counts.rowsOut) })
            try DatasetFolder.save(description.members, named: DatasetDescription.fileName, in: output)
            try DatasetFolder.save(report, named: DatasetDescription.provenanceName, in: output)
            return report
        } catch {
            for path in written { unlink(path) }
            throw error
        }
    }

    private func clean(
        _ shard: String,
        with rows: inout RowCleaner,
        progress: (Int64) -> Void
    ) throws -> CleaningReport.Shard {
        var reader = try ShardReader(path: "\(input.path)/\(shard)", name: shard)
        var writer = try ShardWriter(path: "\(output)/\(shard)")
        var counts = CleaningCounts()
        do {
            while let lines = try reader.nextRows() {
                for line in lines {
                    let row: RowValue?
                    do {
                        row = try rows.clean(line.bytes, counting: &counts)
                    } catch {
                        throw error.located(file: shard, line: line.number)
                    }
                    if let row { try writer.write(row) }
                }
                progress(reader.bytesRead)
            }
        } catch {
            writer.discard()
            throw error
        }
        return CleaningReport.Shard(
            path: shard,
            inputDigest: reader.digest(),
            outputDigest: try writer.finish(),
            counts: counts
        )
    }
}
