import Foundation
import Inference

/// Reads texts (each a 32-bit little-endian length and its UTF-8) and writes their ids the same way; says on standard error
/// how long the tokenizer itself took. `tokenizer-benchmark TOKENIZER.json TEXTS IDS BOUND [ROUNDS]`
@main
enum TokenizerBenchmark {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count >= 5, let bound = Int(arguments[4]) else {
            FileHandle.standardError.write(Data("tokenizer-benchmark TOKENIZER.json TEXTS IDS BOUND [ROUNDS]\n".utf8))
            exit(2)
        }
        let clock = ContinuousClock()
        let loadStart = clock.now
        let tokenizer = try TextTokenizer(
            json: Data(contentsOf: URL(fileURLWithPath: arguments[1])),
            maximumLength: bound
        )
        let loading = clock.now - loadStart
        let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: arguments[2])))
        let rounds = arguments.count > 5 ? Int(arguments[5]) ?? 1 : 1
        var best = Duration.seconds(1_000_000)
        var out: [Int32] = []
        for _ in 0..<rounds {
            out.removeAll(keepingCapacity: true)
            let start = clock.now
            bytes.withUnsafeBytes { raw in
                let all = raw.bindMemory(to: UInt8.self)
                var index = 0
                while index + 4 <= raw.count {
                    let length = Int(raw.loadUnaligned(fromByteOffset: index, as: UInt32.self))
                    let text = UnsafeBufferPointer(rebasing: all[index + 4..<index + 4 + length])
                    let ids = tokenizer.encode(utf8: text).ids
                    out.append(Int32(ids.count))
                    for id in ids { out.append(Int32(truncatingIfNeeded: id)) }
                    index += 4 + length
                }
            }
            best = min(best, clock.now - start)
        }
        try out.withUnsafeBytes { try Data($0).write(to: URL(fileURLWithPath: arguments[3])) }
        let text = "{\"seconds\": \(best / .seconds(1)), \"load_seconds\": \(loading / .seconds(1))}\n"
        FileHandle.standardError.write(Data(text.utf8))
    }
}
