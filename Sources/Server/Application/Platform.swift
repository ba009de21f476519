import Foundation
import Hummingbird
import Logging
import Primitives
import Security
import ServiceLifecycle
import Storage

/// Every object of a running server, made once and handed on by init. `buildPlatform` is the composition root: the
/// program and the tests call the same function.
package struct Platform: Sendable {
    /// What the server was told.
    package let configuration: ServerConfiguration
    /// The data folder; its lock is held for as long as this value lives.
    package let folder: DataFolder
    /// The database behind every store.
    package let database: any Database
    /// The log of every change.
    package let journal: Journal
    /// The content-addressed store.
    package let objects: ObjectStore
    /// Answers requests.
    package let responder: RouterResponder<AkuRequestContext>
    /// Answers calls over gRPC.
    package let grpcResponder: RouterResponder<AkuRequestContext>
    /// Every declared method over gRPC with its permission.
    package let grpcMethods: [DeclaredRoute]
    /// Every declared route with its permission.
    package let routes: [DeclaredRoute]
    /// Work that goes on while the server runs.
    package let services: [any Service]
    /// What must be done before the first request: endpoints load the models that they served.
    package let prepare: @Sendable () async throws -> Void
}
