import Primitives

/// What people see instead of a page that cannot be shown.
struct FailurePage: ConsolePage {
    static let template = "failure"
    static let section: PageFrame.Section? = nil

    /// One identifier involved.
    struct Detail: Sendable, Hashable {
        let name: String
        let value: String
    }

    let heading: String
    /// The sentence that says what happened.
    let message: String
    /// What the reader can do.
    let nextStep: String?
    /// The stable code.
    let code: String
    /// Red for faults of ours, amber for a page that is not there.
    let tone: String
    /// Identifiers involved.
    let details: [Detail]

    /// Describes an error with its HTTP status.
    init(_ error: PlatformError, status: Int) {
        heading = Self.title(status)
        message = error.message
        nextStep = error.nextStep.isEmpty ? nil : error.nextStep
        code = "\(status) \(error.code.name)"
        tone = (status >= 500 ? Tone.bad : Tone.warn).rawValue
        details = error.context.sorted { $0.key < $1.key }.map { Detail(name: $0.key, value: $0.value) }
    }

    private static func title(_ status: Int) -> String {
        switch status {
        case 401: "Sign in"
        case 403: "Not allowed"
        case 404: "Not found"
        case 400, 413: "The request cannot be answered"
        case 503, 507: "Not available now"
        default: status >= 500 ? "The server failed" : "The request cannot be answered"
        }
    }
}

/// The form that takes a token in token mode.
struct SignInPage: ConsolePage {
    static let template = "sign-in"
    static let section: PageFrame.Section? = nil
    let heading = "Sign in"
    /// Why the last try was refused.
    let problem: String?
}
