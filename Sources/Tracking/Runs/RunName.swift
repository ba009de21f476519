import Primitives

/// Makes names for runs that the user did not name: `calm-heron-417`. The same identifier gives the same name.
enum RunName {
    private static let qualities = [
        "able", "adaptable", "bold", "bright", "calm", "capable", "charming", "clean", "dapper", "delightful",
        "efficient",
        "fearless", "fortunate", "gentle", "gifted", "honorable", "judicious", "kindly", "learned", "likeable",
        "luminous",
        "melodic", "nimble", "orderly", "peaceful", "polite", "resilient", "sincere", "thoughtful", "upbeat", "wise",
        "youthful",
    ]
    private static let animals = [
        "ant", "bear", "bee", "crane", "crow", "deer", "dove", "duck", "eagle", "finch", "fox", "frog", "goat", "hare",
        "hawk", "heron", "ibis", "jay", "koala", "lark", "lynx", "mole", "moth", "newt", "otter", "owl", "quail",
        "robin",
        "seal", "swan", "toad", "wren",
    ]

    /// The name for an identifier.
    static func make(from id: String) -> String {
        let seed = id.utf8.suffix(16).reduce(UInt64(1469598103934665603)) { ($0 ^ UInt64($1)) &* 1099511628211 }
        return "\(qualities[Int(seed % 32)])-\(animals[Int(seed / 32 % 32)])-\(seed / 1024 % 1000)"
    }
}
