/// Finds what the user probably meant.
package enum Suggestion {
    /// The known word nearest to `word` (Levenshtein distance, at most a third of its length and at least 1), or nil.
    package static func closest(to word: String, among known: some Sequence<String>) -> String? {
        let limit = max(1, word.count / 3)
        var best: (word: String, distance: Int)?
        for candidate in known.sorted() {
            let distance = distance(word.lowercased(), candidate.lowercased())
            if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.word
    }

    /// ` Did you mean 'x'?`, or the list of what is known when nothing is near.
    package static func phrase(for word: String, among known: some Collection<String>) -> String {
        if let near = closest(to: word, among: known) { return "Did you mean '\(near)'?" }
        return known.isEmpty ? "" : "Known: \(known.sorted().joined(separator: ", "))."
    }

    private static func distance(_ left: String, _ right: String) -> Int {
        let a = Array(left.unicodeScalars), b = Array(right.unicodeScalars)
        if a.isEmpty { return b.count }
        var previous = Array(0...b.count)
        for i in a.indices {
            var current = [i + 1]
            for j in b.indices {
                let substitution: Int = previous[j] + (a[i] == b[j] ? 0 : 1)
                current.append(min(previous[j + 1] + 1, current[j] + 1, substitution))
            }
            previous = current
        }
        return previous[b.count]
    }
}
