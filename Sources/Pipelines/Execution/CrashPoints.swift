import Foundation
import Primitives
import Synchronization

/// Moments at which a test ends this program with SIGKILL, to see that nothing is lost whatever the moment. Off unless the
/// server is started with `AKU_TEST_CRASH_AT=POINT:COUNT`: a comparison with nil each.
package struct CrashPoints: Sendable {
    /// The moments, in the order of an attempt's life.
    package enum Point: String, Sendable, CaseIterable {
        /// A run was accepted and is durable; nobody was told.
        case runAccepted = "run-accepted"
        /// The engine has taken over its database.
        case tookOver = "took-over"
        /// What an earlier server left running was ended or kept.
        case reaped
        /// A step of the engine was decided and written, but is not durable.
        case stepWritten = "step-written"
        /// A step is durable; nothing that it asks for was done.
        case stepDurable = "step-durable"
        /// What a step asks for was begun.
        case stepDone = "step-done"
        /// An attempt's folder is ready.
        case folderReady = "folder-ready"
        /// A process was started; no note of it was made.
        case spawned
        /// The note was made.
        case noted
        /// The process is over and not reaped.
        case processEnded = "process-ended"
        /// The process was reaped; no output was read.
        case processReaped = "process-reaped"
        /// Every output is in the object store; the engine does not know.
        case outputsStored = "outputs-stored"
        /// The engine knows that the attempt is over.
        case announced
    }

    private final class Countdown: Sendable {
        let point: Point
        let left: Mutex<Int>

        init(_ point: Point, _ count: Int) {
            self.point = point
            left = Mutex(count)
        }
    }

    private let armed: Countdown?
    /// No point is on.
    package static let none = CrashPoints()

    private init() { armed = nil }

    /// Reads `POINT:COUNT`; the program ends when it passes the point for the COUNTth time.
    ///
    /// - Throws: `invalid_argument`.
    package init(_ text: String?) throws {
        guard let text else {
            armed = nil
            return
        }
        let parts = text.split(separator: ":").map(String.init)
        guard parts.count == 2, let point = Point(rawValue: parts[0]), let count = Int(parts[1]), count > 0 else {
            throw PlatformError(
                .invalidArgument,
                "AKU_TEST_CRASH_AT is '\(text.prefix(80))'.",
                nextStep: "Write POINT:COUNT with a point of \(Point.allCases.map(\.rawValue).joined(separator: ", "))."
            )
        }
        armed = Countdown(point, count)
    }

    /// Ends the program when its time has come.
    func pass(_ point: Point) {
        guard let armed, armed.point == point else { return }
        let isDue = armed.left.withLock { left in
            left -= 1
            return left == 0
        }
        if isDue { kill(getpid(), SIGKILL) }
    }
}
