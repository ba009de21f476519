/// What a server is told of its Slurm cluster.
package struct SlurmSettings: Sendable, Equatable {
    /// `aku` as compute nodes see it: `AKU_SLURM_PROGRAM`; nil for the server's own file, on a shared file system.
    package var program: String?
    /// A folder that compute nodes can write, for what jobs print outside their task's log: `AKU_SLURM_FOLDER`; nil for a
    /// folder of the server's data.
    package var folder: String?
    /// More options of every `sbatch`, for example `--account=research`: `AKU_SLURM_OPTIONS`, words between blanks.
    package var options: [String] = []

    /// Reads an environment.
    package init(environment: [String: String]) {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        program = value("AKU_SLURM_PROGRAM")
        folder = value("AKU_SLURM_FOLDER")
        options = (value("AKU_SLURM_OPTIONS") ?? "").split(separator: " ").map(String.init)
    }
}
