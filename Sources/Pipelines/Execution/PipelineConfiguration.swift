import Foundation

/// What the engine is told at start; read and checked at the edge.
package struct PipelineConfiguration: Sendable {
    /// A folder of the engine alone, absolute: attempts and logs.
    package let workFolder: String
    /// The folder of the `python` that tasks find first; may be empty.
    package let pythonFolder: String
    /// The folder of the `aku` that tasks find next; may be empty.
    package let akuFolder: String
    /// The server's address, without a slash at the end.
    package let baseURL: String
    /// Variables handed on to every task, for example `OMP_NUM_THREADS` or `CUDA_VISIBLE_DEVICES`; not part of
    /// identities.
    package let passedEnvironment: [String: String]
    /// The most attempts at one time, from 1 to 64.
    package let places: Int
    /// Between SIGTERM and SIGKILL.
    package let grace: Duration
    /// The largest log of an attempt, in bytes.
    package let maximumLogBytes: Int64
    /// The `uv` that builds environments from lock files; a name without '/' is looked for on its path.
    package let uv: String
    /// The whole environment of `uv`: proxies, package indexes and the folder of its settings are the server's.
    package let uvEnvironment: [String: String]
    /// Where a test ends the program.
    package var crashPoints = CrashPoints.none
    /// False only in the test which shows that the fence is needed.
    package var isFenced = true
    /// Which executors there are besides processes.
    package var executors = ExecutorSettings()

    /// Makes a configuration; `places` is brought within its bounds.
    package init(
        workFolder: String,
        pythonFolder: String,
        akuFolder: String,
        baseURL: String,
        passedEnvironment: [String: String] = [:],
        places: Int = 2,
        grace: Duration = .seconds(5),
        maximumLogBytes: Int64 = 64 << 20,
        uv: String = "uv",
        uvEnvironment: [String: String] = [:]
    ) {
        self.workFolder = workFolder
        self.pythonFolder = pythonFolder
        self.akuFolder = akuFolder
        self.baseURL = baseURL
        self.passedEnvironment = passedEnvironment
        self.places = min(64, max(1, places))
        self.grace = grace
        self.maximumLogBytes = maximumLogBytes
        self.uv = uv
        self.uvEnvironment = uvEnvironment
    }
}
