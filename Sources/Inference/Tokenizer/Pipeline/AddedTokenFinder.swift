import Primitives

/// Tokens that are found whole before the model sees a text: the leftmost, of equals the longest.
struct AddedTokenFinder: Sendable {
    struct Token: Sendable {
        let content: [UInt8]
        let id: Int32
        let isSpecial: Bool
        let isNormalized: Bool
        let isSingleWord: Bool
        let stripsLeft: Bool
        let stripsRight: Bool

        init(_ node: TokenizerNode) throws {
            content = Array(try node.text("content").required(by: node, "content").utf8)
            id = try node.id("id")
            isSpecial = try node.flag("special", false)
            isNormalized = try node.flag("normalized", !isSpecial)
            isSingleWord = try node.flag("single_word", false)
            stripsLeft = try node.flag("lstrip", false)
            stripsRight = try node.flag("rstrip", false)
        }
    }

    enum Piece {
        case text(Range<Int>)
        case token(Int32)
    }

    private let trie: ByteTrie
    private let tokens: [Token]
    private let starts: [Bool]
    private let classes: CharacterClasses

    /// - Parameter tokens: with the content to look for.
    init(_ tokens: [(content: [UInt8], token: Token)], _ classes: CharacterClasses) {
        let tokens = tokens.filter { !$0.content.isEmpty }
        self.tokens = tokens.map(\.token)
        self.classes = classes
        trie = ByteTrie(tokens.enumerated().map { ($1.content, Int32($0)) })
        var starts = [Bool](repeating: false, count: 256)
        for token in tokens { starts[Int(token.content[0])] = true }
        self.starts = starts
    }

    var isEmpty: Bool { tokens.isEmpty }

    /// The stretches of text and the tokens, in order.
    func split(_ bytes: UnsafeBufferPointer<UInt8>) -> [Piece] {
        guard !tokens.isEmpty else { return bytes.isEmpty ? [] : [.text(0..<bytes.count)] }
        var out: [Piece] = []
        var done = 0, index = 0
        while index < bytes.count {
            guard starts[Int(bytes[index])], let found = match(bytes, index) else {
                index += 1
                continue
            }
            let token = tokens[found.token]
            var start = index, stop = found.end
            index = found.end
            if token.isSingleWord, isWord(bytes, before: start) || isWord(bytes, from: stop) { continue }
            if token.stripsLeft {
                while start > 0 {
                    let (scalar, length) = Scalars.before(start, of: bytes)
                    if classes.of(scalar) & CharacterClasses.whitespace == 0 { break }
                    start -= length
                }
                start = max(start, done)
            }
            if token.stripsRight {
                while stop < bytes.count {
                    let (scalar, length) = Scalars.at(stop, of: bytes)
                    if classes.of(scalar) & CharacterClasses.whitespace == 0 { break }
                    stop += length
                }
            }
            if done < start { out.append(.text(done..<start)) }
            out.append(.token(token.id))
            done = stop
        }
        if done < bytes.count { out.append(.text(done..<bytes.count)) }
        return out
    }

    private func match(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> (token: Int, end: Int)? {
        var node = 0, index = start
        var found: (token: Int, end: Int)?
        while index < bytes.count {
            node = trie.child(node, bytes[index])
            if node < 0 { break }
            index += 1
            if trie.ids[node] >= 0 { found = (Int(trie.ids[node]), index) }
        }
        return found
    }

    private func isWord(_ bytes: UnsafeBufferPointer<UInt8>, before index: Int) -> Bool {
        index > 0 && classes.of(Scalars.before(index, of: bytes).scalar) & CharacterClasses.word != 0
    }

    private func isWord(_ bytes: UnsafeBufferPointer<UInt8>, from index: Int) -> Bool {
        index < bytes.count && classes.of(Scalars.at(index, of: bytes).scalar) & CharacterClasses.word != 0
    }
}
