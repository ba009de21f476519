/// Stands for one loaded model whose texts may share a run: requests that hold the same group are batched.
package final class BatchGroup: Sendable {
    /// A group of its own.
    package init() {}
}
