/// A pattern of paths, part by part between slashes: `*` and `?` stand for characters of one part, `**` as a whole part
/// for any number of parts.
struct Pattern: Sendable {
    /// The longest pattern, in bytes.
    static let maximumBytes = 1024

    private let parts: [[UInt8]]

    init(_ text: String) { parts = text.split(separator: "/").map { Array($0.utf8) } }

    /// Whether a path matches. Every place that may be reached is kept, so that the time is bounded by the product of the lengths.
    func matches(_ path: String) -> Bool {
        var reached: Set<Int> = [0]
        for part in path.split(separator: "/") {
            let bytes = Array(part.utf8)
            var next: Set<Int> = []
            for place in closed(reached) where place < parts.count {
                if parts[place] == Self.any {
                    next.insert(place)
                } else if Self.matches(parts[place], bytes) {
                    next.insert(place + 1)
                }
            }
            reached = next
        }
        return closed(reached).contains(parts.count)
    }

    private static let any = Array("**".utf8)

    /// With the places after each `**`, which may stand for nothing.
    private func closed(_ places: Set<Int>) -> Set<Int> {
        var out = places
        for place in places {
            var next = place
            while next < parts.count, parts[next] == Self.any {
                next += 1
                out.insert(next)
            }
        }
        return out
    }

    /// One part: going back to the latest star is enough.
    private static func matches(_ pattern: [UInt8], _ text: [UInt8]) -> Bool {
        let star = UInt8(ascii: "*")
        var place = 0, index = 0, back: (place: Int, index: Int)?
        while index < text.count {
            if place < pattern.count, pattern[place] == star {
                back = (place, index)
                place += 1
            } else if place < pattern.count, pattern[place] == UInt8(ascii: "?") || pattern[place] == text[index] {
                place += 1
                index += 1
            } else if let latest = back {
                back = (latest.place, latest.index + 1)
                place = latest.place + 1
                index = latest.index + 1
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy { $0 == star }
    }
}
