import Hummingbird
import Logging
import NIOCore
import Security

/// What a request carries through the middleware: Hummingbird's own state and who is asking.
package struct AkuRequestContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// Who is asking; set by the guard of the route before the handler runs.
    package var principal: Principal

    package init(source: Source) {
        coreContext = .init(source: source)
        principal = .anonymous
    }
}
