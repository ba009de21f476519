import Synchronization

/// The working memory of one text at a time: kept between texts, so that a word costs no allocation.
struct TokenizerScratch {
    var words = TextWords()
    var symbols: [Int32] = []
    var pairs: [UInt64] = []
    var nodes: [UnigramModel.Node] = []
    var cache = WordCache()
}

/// Working memories that wait for their next text; as many as there were texts at once, at most 64.
final class TokenizerScratchPool: Sendable {
    private let waiting = Mutex<[TokenizerScratch]>([])

    func take() -> TokenizerScratch { waiting.withLock { $0.popLast() } ?? TokenizerScratch() }

    func giveBack(_ scratch: consuming TokenizerScratch) {
        // A text of megabytes must not hold its memory for ever.
        let isSmall = scratch.nodes.capacity < 1 << 20 && scratch.words.bytes.capacity < 1 << 20
        guard isSmall else { return }
        let kept = scratch
        waiting.withLock { if $0.count < 64 { $0.append(kept) } }
    }
}
