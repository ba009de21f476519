/// Where a key stands between 0 and 1. The same key of the same endpoint stands at the same place for ever, in every server:
/// a caller who was given to the canary stays with it while its share grows.
package enum StickyHash {
    /// FNV-1a over endpoint and key, mixed by the finalizer of SplitMix64, since FNV's high bits change little with the last
    /// bytes of a short key. At least 0 and below 1.
    package static func place(endpoint: String, key: String, salt: String = "") -> Double {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for part in [endpoint, salt, key] {
            for byte in part.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
            hash = (hash ^ 0xff) &* 0x100_0000_01b3
        }
        hash = (hash ^ (hash >> 30)) &* 0xbf58_476d_1ce4_e5b9
        hash = (hash ^ (hash >> 27)) &* 0x94d0_49bb_1331_11eb
        return Double((hash ^ (hash >> 31)) >> 11) * 0x1p-53
    }

    /// The index of the arm at a place: arms lie beside each other, each as wide as its weight.
    package static func arm(at place: Double, weights: [Int]) -> Int {
        let sum = Double(weights.reduce(0, +))
        var before = 0.0
        for (index, weight) in weights.enumerated() where weight > 0 {
            before += Double(weight)
            if place * sum < before { return index }
        }
        return weights.lastIndex { $0 > 0 } ?? 0
    }
}
