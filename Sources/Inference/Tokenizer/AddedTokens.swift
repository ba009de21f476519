/// Tokens such as `[SEP]` that are found in the raw text before anything else happens to it, leftmost and longest first.
struct AddedTokens: Sendable {
    enum Piece {
        case text(Range<Int>)
        case token(Int32)
    }

    private let tokens: [(bytes: [UInt8], id: Int32)]
    private let startsToken: [Bool]

    init(_ tokens: [(bytes: [UInt8], id: Int32)]) {
        self.tokens = tokens.filter { !$0.bytes.isEmpty }.sorted { $0.bytes.count > $1.bytes.count }
        var starts = [Bool](repeating: false, count: 256)
        for token in self.tokens { starts[Int(token.bytes[0])] = true }
        startsToken = starts
    }

    /// Calls `body` with each stretch of text and each token, in order, until it returns false.
    func split(_ bytes: UnsafeBufferPointer<UInt8>, _ body: (Piece) -> Bool) {
        var start = 0
        var index = 0
        while index < bytes.count {
            guard startsToken[Int(bytes[index])], let token = match(bytes, at: index) else {
                index += 1
                continue
            }
            if start < index, !body(.text(start..<index)) { return }
            if !body(.token(token.id)) { return }
            index += token.bytes.count
            start = index
        }
        if start < bytes.count { _ = body(.text(start..<bytes.count)) }
    }

    private func match(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> (bytes: [UInt8], id: Int32)? {
        tokens.first { token in
            index + token.bytes.count <= bytes.count
                && token.bytes.indices.allSatisfy { bytes[index + $0] == token.bytes[$0] }
        }
    }
}
