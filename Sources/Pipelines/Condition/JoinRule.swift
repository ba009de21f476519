/// What a task wants of the tasks that it waits for.
package enum JoinRule: String, Sendable, Hashable, CaseIterable {
    /// Each ended well. One that was skipped by a condition skips this one too.
    case all
    /// None failed, and at least one ended well; inputs of skipped ones are not there.
    case any
    /// Each is over, however it ended.
    case over
}
