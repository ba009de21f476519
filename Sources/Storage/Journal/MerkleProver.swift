import Primitives

/// Roots of parts of the journal's tree, read from leaves and from stored tiles.
enum MerkleProver {
    /// Every 8th level is stored: the root of 256, 65 536, … leaves (the tile height of C2SP tlog-tiles).
    static let tileLevels = 8
}
