import AsyncHTTPClient

extension HTTPClient {
    /// Connections for the whole process that wait as long as a call allows: `HTTPClient.shared` gives up after 90 s of
    /// silence, and a verification of a large store is silent for longer. Lives until the process ends.
    package static let patient: HTTPClient = {
        var configuration = HTTPClient.Configuration.singletonConfiguration
        configuration.timeout.read = nil
        configuration.redirectConfiguration = .disallow
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()
}
