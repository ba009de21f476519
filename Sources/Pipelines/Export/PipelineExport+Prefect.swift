import Primitives

extension PipelineExport {
    /// A module with a flow for Prefect 3.
    var prefect: String {
        let tasks = definition.levels.map(\.task).map { task in
            let upstream = task.upstream.map { name in
                let future = "futures[\(Python.text(name))]"
                return task.join == .over ? "allow_failure(\(future))" : future
            }.joined(separator: ", ")
            let options = prefectOptions(task)
            return """
                        futures[\(Python.text(task.name))] = aku_task.with_options(\(options)).submit(
                            \(Python.text(task.name)), run, values, wait_for=[\(upstream)]
                        )
                """
        }
        let limits = definition.parameters.map { parameter in
            let standard = parameter.standard.map(Python.value) ?? "required"
            let note =
                parameter.summary.isEmpty ? "" : ": " + parameter.summary.split(separator: "\n").joined(separator: " ")
            return "    #   \(parameter.name) (\(parameter.type.rawValue), \(standard))\(note)"
        }
        let known =
            limits.isEmpty
            ? ""
            : "    # Parameters; those left out have the pipeline's defaults:\n"
                + limits.joined(separator: "\n") + "\n"
        return """
            # \(origin(.prefect))
            # The flow's process needs 'aku' on its path, AKU_URL, and AKU_TOKEN where the server asks for one.
            from __future__ import annotations

            import json
            import os
            import subprocess
            import sys

            from prefect import \(definition.tasks.contains { $0.join == .over } ? "allow_failure, " : "")flow, task
            from prefect.futures import wait
            from prefect.runtime import flow_run
            \(definition.isConditional ? "from prefect.states import Completed\n" : "")from prefect.tasks import exponential_backoff

            PIPELINE = os.environ.get("AKU_PIPELINE_FILE", \(Python.text(path)))


            def aku(*arguments: str) -> None:
                subprocess.run(["aku", "task", *arguments], check=True)


            # No timeout here: a thread cannot be ended, the platform ends the process.
            @task(task_run_name="{name}")
            \(prefectTask)


            @flow(name=\(Python.text(definition.name)), description=\(Python.text(summary)))
            def pipeline(parameters: dict | None = None):
            \(known)    run, values, futures = str(flow_run.id), parameters or {}, {}
                try:
            \(tasks.joined(separator: "\n"))
                    wait(list(futures.values()))
                finally:
                    # Whatever became of the tasks, the platform's run ends with the flow's, and fails it if it failed.
                    aku("finish", "--engine", "prefect", "--run", run, "--pipeline", PIPELINE)


            if __name__ == "__main__":
                pipeline(json.loads(sys.argv[1]) if len(sys.argv) > 1 else None)

            """
    }

    /// How one task is called. One that its condition leaves out is completed under another name.
    private var prefectTask: String {
        guard definition.isConditional else {
            return """
                def aku_task(name: str, run: str, parameters: dict) -> None:
                    aku(
                        "exec", "--task", name, "--engine", "prefect", "--run", run,
                        "--pipeline", PIPELINE, "--parameters", json.dumps(parameters),
                    )
                """
        }
        return """
            def aku_task(name: str, run: str, parameters: dict):
                try:
                    aku(
                        "exec", "--task", name, "--engine", "prefect", "--run", run,
                        "--pipeline", PIPELINE, "--parameters", json.dumps(parameters), "--skip-status", "99",
                    )
                except subprocess.CalledProcessError as error:
                    if error.returncode != 99:
                        raise
                    return Completed(name="Skipped", message="The platform left the task out.")
            """
    }

    private func prefectOptions(_ task: TaskDefinition) -> String {
        // Prefect bounds tasks by tag: 'prefect concurrency-limit create POOL SLOTS'. It has no priorities of tasks.
        let tags = task.pool.map { ", tags=[\(Python.text($0))]" } ?? ""
        guard task.retries.limit > 0 else { return "name=\(Python.text(task.name))\(tags)" }
        let backoff = Python.seconds(task.retries.backoffSeconds)
        return "name=\(Python.text(task.name))\(tags), retries=\(task.retries.limit), "
            + "retry_delay_seconds=exponential_backoff(\(backoff)), retry_jitter_factor=0.5"
    }
}
