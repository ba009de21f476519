import Logging
import Primitives
import ServiceLifecycle
import Storage

/// Signs the journal every so many entries or seconds, and once more at shutdown.
package struct CheckpointService: Service {
    private let log: CheckpointLog
    private let everyEntries: Int64
    private let everySeconds: Int
    private let lookEverySeconds: Int
    private let logger: Logger

    /// Makes the service.
    ///
    /// - Parameters:
    ///   - everyEntries: sign when this many entries are not covered.
    ///   - everySeconds: sign after this time when any entry is not covered.
    package init(log: CheckpointLog, everyEntries: Int64 = 256, everySeconds: Int = 60, logger: Logger) {
        self.log = log
        self.everyEntries = everyEntries
        self.everySeconds = everySeconds
        lookEverySeconds = max(1, min(5, everySeconds))
        self.logger = logger
    }

    /// Runs until the graceful shutdown.
    package func run() async throws {
        var waited = 0
        await sign()
        while !Task.isShuttingDownGracefully {
            guard
                (try? await cancelWhenGracefulShutdown({ try await Task.sleep(for: .seconds(lookEverySeconds)) }))
                    != nil
            else { break }
            waited += lookEverySeconds
            let uncovered = await uncovered()
            if waited >= everySeconds || uncovered >= everyEntries {
                await sign()
                waited = 0
            }
        }
        await sign()
    }

    private func uncovered() async -> Int64 { (try? await log.uncovered()) ?? 0 }

    /// A failed signature is reported and tried again: the journal itself goes on.
    private func sign() async {
        do {
            if let checkpoint = try await log.write() {
                logger.debug(
                    "journal checkpoint",
                    metadata: ["size": "\(checkpoint.size)", "root": "\(checkpoint.root)"]
                )
            }
        } catch {
            logger.error("journal checkpoint failed", metadata: ["error": "\(error)"])
        }
    }
}
