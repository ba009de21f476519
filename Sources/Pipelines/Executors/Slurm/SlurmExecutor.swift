import Foundation
import Primitives

/// Jobs of a Slurm cluster. A job's name is its attempt, so that a second submission finds the first; the job calls
/// `aku task run`, which fetches, runs, uploads and tells the outcome. What Slurm says of a job counts only where the job
/// could tell nothing: a node that failed, a time limit, an administrator.
struct SlurmExecutor: TaskExecutor {
    let slurm: Slurm
    let settings: SlurmSettings
    let configuration: PipelineConfiguration

    var survivesServer: Bool { true }
    var interval: Duration { .seconds(1) }

    /// Minutes on top of a task's own time limit, which its runner holds: for fetching, digests and the commit.
    static let marginMinutes = 10
    /// Seconds in which a job whose outcome is known may end by itself.
    static let patienceSeconds = 10

    func submit(_ submission: Submission) async throws -> String {
        let name = Self.name(submission.id)
        if let job = try await slurm.jobs(age: .zero)[name] { return job.id }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        // Values travel in sbatch's environment, so that no token stands in a list of processes.
        var values = ["AKU_URL": configuration.executors.serverURL ?? configuration.baseURL]
        if let token = submission.token { values["AKU_TOKEN"] = token }
        if !configuration.pythonFolder.isEmpty { values["AKU_PYTHON"] = configuration.pythonFolder + "/python" }
        let result = try await slurm.call(
            "sbatch",
            arguments(submission, exported: values.keys.sorted()),
            input: script(submission.id),
            more: values
        )
        await slurm.forget()
        let text = String(decoding: result.output, as: UTF8.self)
        guard let job = text.split(whereSeparator: { $0 == ";" || $0.isNewline }).first, Int(job) != nil else {
            throw PlatformError(.executorRefused, "Slurm answered '\(text.prefix(100))' to sbatch, which names no job.")
        }
        return String(job)
    }

    func observe(_ id: AttemptID) async throws -> Observation {
        let name = Self.name(id)
        var job = try await slurm.jobs()[name]
        if job == nil { job = await slurm.accounted(name) }
        guard let job else { return .unknown }
        switch job.state {
        case "PENDING", "CONFIGURING", "REQUEUED", "REQUEUE_HOLD", "REQUEUE_FED", "RESV_DEL_HOLD", "SUSPENDED",
            "SPECIAL_EXIT":
            return .queued
        case "RUNNING", "COMPLETING", "STAGE_OUT", "SIGNALING", "STOPPED", "RESIZING": return .running
        default: return .ended(outcome(id, job))
        }
    }

    func logs(_ id: AttemptID, from offset: Int64, limit: Int) async throws -> Data {
        LogFile.read(output(id), from: offset, limit: limit)
    }

    func cancel(_ id: AttemptID, force: Bool) async throws {
        guard let job = try await slurm.jobs(age: .zero)[Self.name(id)] else { return }
        try await slurm.call("scancel", (force ? ["--signal=KILL", "--full"] : []) + [job.id])
        await slurm.forget()
    }

    func adopt() async throws -> [AttemptID] {
        try await slurm.jobs(age: .zero).keys.compactMap(Self.attempt)
    }

    func reap(_ id: AttemptID) async {
        // A job that has told its outcome is about to end; one that has not is ended.
        for second in 0...Self.patienceSeconds {
            // Asked anew: one that waited a moment ago may have run and told its outcome since.
            guard let job = try? await slurm.jobs(age: .zero)[Self.name(id)] else { break }
            guard ["PENDING", "CONFIGURING", "RUNNING", "COMPLETING", "SUSPENDED"].contains(job.state) else { break }
            if job.state == "PENDING" || second == Self.patienceSeconds {
                _ = try? await slurm.call("scancel", [job.id])
                await slurm.forget()
                break
            }
            try? await Task.sleep(for: .seconds(1))
        }
        try? FileManager.default.removeItem(atPath: output(id))
    }

    // MARK: - Parts

    private var folder: String { settings.folder ?? configuration.workFolder + "/slurm" }

    /// What the job prints besides its task's log, which its runner sends: why `aku` could not begin.
    private func output(_ id: AttemptID) -> String { "\(folder)/\(id.run).\(id.task).\(id.attempt).out" }

    /// Neither a run's id nor a task's name holds a colon.
    static func name(_ id: AttemptID) -> String { "aku:\(id.run):\(id.task):\(id.attempt)" }

    static func attempt(_ name: String) -> AttemptID? {
        let parts = name.split(separator: ":").map(String.init)
        guard parts.count == 4, parts[0] == "aku", let attempt = Int(parts[3]) else { return nil }
        return AttemptID(run: parts[1], task: parts[2], attempt: attempt)
    }

    func arguments(_ submission: Submission, exported: [String]) -> [String] {
        let order = submission.order, resources = order.placement.resources
        var out = [
            "--parsable", "--no-requeue", "--job-name=\(Self.name(submission.id))", "--chdir=/",
            "--output=\(output(submission.id))", "--open-mode=append", "--ntasks=1",
            "--time=\((order.timeoutSeconds + 59) / 60 + Self.marginMinutes)",
            "--export=\(exported.joined(separator: ","))",
        ]
        if let cpu = resources.cpu { out.append("--cpus-per-task=\(Int(cpu.rounded(.up)))") }
        if let memory = resources.memoryBytes { out.append("--mem=\((memory + (1 << 20) - 1) >> 20)M") }
        if let gpu = resources.gpu, gpu > 0 { out.append("--gres=gpu:\(gpu)") }
        if let queue = resources.queue { out.append("--partition=\(queue)") }
        return out + settings.options
    }

    /// `exec`, so that Slurm's signals reach the runner and not a shell in front of it.
    func script(_ id: AttemptID) -> String {
        let program = settings.program ?? configuration.akuFolder + "/aku"
        let words = [program, "task", "run", "--run", id.run, "--task", id.task, "--attempt", String(id.attempt)]
        return """
            #!/bin/sh
            PATH=/usr/local/bin:/usr/bin:/bin
            export PATH
            exec \(words.map(CommandTemplate.quote).joined(separator: " "))

            """
    }

    private func outcome(_ id: AttemptID, _ job: Slurm.Job) -> AttemptOutcome {
        let tail = LogFile.tail(output(id)), context = ["slurm_job": job.id, "log_tail": tail]
        switch job.state {
        case "OUT_OF_MEMORY":
            return .failed(
                PlatformError(
                    .taskOutOfMemory,
                    "Slurm job \(job.id) needed more memory than it asked for and was ended.",
                    nextStep: "Raise resources.memory, or make the task need less.",
                    context: context
                )
            )
        case "TIMEOUT", "DEADLINE":
            return .failed(
                PlatformError(
                    .taskTimeout,
                    "Slurm ended job \(job.id) at its time limit.",
                    nextStep: "Raise timeout_seconds, or ask for a partition that allows more.",
                    context: context
                )
            )
        default:
            return .lost(
                PlatformError(
                    .taskLost,
                    "Slurm job \(job.id) is \(job.state), and it told no outcome.",
                    nextStep: "Look at 'scontrol show job \(job.id)'; nodes need 'aku', and the way to the server.",
                    context: context
                )
            )
        }
    }
}
