/// What canaries decide, on its way from requests, which must not wait, to the service that carries it out.
package struct GatewaySignals: Sendable {
    /// One thing to do.
    enum Signal: Sendable {
        /// A canary decided.
        case decided(endpoint: String, policy: Int, CanaryMachine.Decision)
        /// Time passed.
        case tick
    }

    let stream: AsyncStream<Signal>
    let continuation: AsyncStream<Signal>.Continuation

    /// Nothing to do yet. A canary decides once a step, so the stream stays short without a bound of its own.
    package init() { (stream, continuation) = AsyncStream.makeStream(of: Signal.self) }
}
