import Foundation
import Primitives
import Storage

/// Putting a file into the object store, in MB/s. Beside it `sha256sum FILE && cp FILE COPY && sync COPY`, which gives
/// what the store gives: the digest, and a copy that is on the disk.
struct ObjectBenchmark {
    private static let megabytes = 256
    private static let rounds = 5

    let folder: String

    func run() async throws -> [Claim] {
        let path = folder + "/source.bin"
        let store = try ObjectStore(root: folder + "/objects")
        var ours: [Double] = []
        var peer: [Double] = []
        var read: [Double] = []
        for round in 0..<Self.rounds {
            try Self.fill(path, seed: UInt64(round + 1))
            let copy = "\(folder)/copy-\(round)"
            peer.append(
                await seconds {
                    Self.shell("sha256sum '\(path)' >/dev/null && cp '\(path)' '\(copy)' && sync '\(copy)'")
                }
            )
            unlink(copy)
            var digest = Digest.sha256(of: Data())
            ours.append(try await seconds { digest = try store.put(file: path).digest })
            read.append(try await seconds { try store.verify(digest) })
        }
        let size = Double(Self.megabytes) * 1.048576
        return [
            Claim(
                "object store put against sha256sum, cp and sync",
                ours: size / median(ours),
                peer: size / median(peer),
                unit: "MB/s"
            ),
            Claim(
                "object store verify against sha256sum",
                ours: size / median(read),
                peer: size / median(await sums(path)),
                unit: "MB/s"
            ),
        ]
    }

    private func sums(_ path: String) async -> [Double] {
        var times: [Double] = []
        for _ in 0..<Self.rounds { times.append(await seconds { Self.shell("sha256sum '\(path)' >/dev/null") }) }
        return times
    }

    private static func shell(_ command: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", command]
        try? process.run()
        process.waitUntilExit()
    }

    /// Bytes that do not compress, different each round.
    private static func fill(_ path: String, seed: UInt64) throws {
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        var state = seed
        for _ in 0..<megabytes {
            var block = [UInt64](repeating: 0, count: 131_072)
            for index in block.indices {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                block[index] = state
            }
            try handle.write(contentsOf: block.withUnsafeBytes { Data($0) })
        }
        try handle.close()
    }
}
