/// What a colour and a glyph mean; nothing in the console is coloured for another reason.
enum Tone: String, Sendable, Hashable, CaseIterable {
    /// Done and good.
    case ok
    /// Failed, or an alarm that is open.
    case bad
    /// Needs a look: retrying, refused, degraded.
    case warn
    /// Working now.
    case live
    /// Taken from cache: done without running.
    case cached
    /// Waiting, skipped, ended: nothing to do.
    case idle
}

/// A state as people read it: a word, a colour and a glyph, so that colour is never the only sign.
struct Badge: Sendable, Hashable {
    /// The word.
    let word: String
    /// The class suffix of colour and glyph.
    let tone: String

    /// Makes a badge.
    init(_ word: String, _ tone: Tone) {
        self.word = word
        self.tone = tone.rawValue
    }

    /// The badge of a state name, whichever feature it comes from; a name it does not know is shown plainly.
    init(state: String) {
        let word = state.lowercased().replacing("_", with: " ")
        self.init(word, Self.tones[word] ?? .idle)
    }

    private static let tones: [String: Tone] = [
        "succeeded": .ok, "success": .ok, "finished": .ok, "ready": .ok, "passed": .ok, "pass": .ok, "healthy": .ok,
        "completed": .ok, "verified": .ok, "resolved": .ok, "promoted": .ok, "serving": .ok, "closed": .ok,
        "stable": .ok, "signed": .ok, "active": .ok,
        "failed": .bad, "failure": .bad, "fail": .bad, "killed": .bad, "error": .bad, "open": .bad, "firing": .bad,
        "unhealthy": .bad, "unavailable": .bad, "corrupt": .bad, "drift": .bad, "drifting": .bad, "timed out": .bad,
        "revoked": .bad,
        "retrying": .warn, "refused": .warn, "degraded": .warn, "warning": .warn, "cancelling": .warn,
        "interrupted": .warn, "acknowledged": .warn, "learning": .idle,
        "running": .live, "starting": .live, "loading": .live, "deploying": .live, "draining": .live,
        "cached": .cached,
    ]
}
