import Primitives

extension PipelineExport {
    /// A DAG file for Airflow 3.
    var airflow: String {
        let tasks = definition.tasks.map { task in
            "        \(Python.text(task.name)): aku_task(\(airflowArguments(task).joined(separator: ", "))),"
        }
        let edges = definition.tasks.flatMap { task in
            task.upstream.map { "    tasks[\(Python.text($0))] >> tasks[\(Python.text(task.name))]" }
        }
        return """
            # \(origin(.airflow))
            # Workers need 'aku' on their path, AKU_URL, and AKU_TOKEN where the server asks for one.
            from __future__ import annotations

            import os
            from datetime import timedelta

            from airflow.providers.standard.operators.bash import BashOperator
            from airflow.sdk import DAG, Param

            PIPELINE = os.environ.get("AKU_PIPELINE_FILE", \(Python.text(path)))

            # Values reach the command as variables, so that no parameter is ever read by a shell.
            ENVIRONMENT = {
                "AKU_EXTERNAL_RUN": "{{ run_id }}",
                "AKU_EXTERNAL_PARAMETERS": "{{ params | tojson }}",
                "AKU_EXTERNAL_PIPELINE": PIPELINE,
            }


            def aku_task(name: str, **limits) -> BashOperator:
                return BashOperator(
                    task_id=name,
                    bash_command=f"exec aku task exec --task {name} --engine airflow"
                    ' --run "$AKU_EXTERNAL_RUN" --pipeline "$AKU_EXTERNAL_PIPELINE"'
                    ' --parameters "$AKU_EXTERNAL_PARAMETERS"\(airflowSkip)',
                    env=ENVIRONMENT,
                    append_env=True,
                    **limits,
                )


            with DAG(
                dag_id=\(Python.text(definition.name)),
                description=\(Python.text(summary)),
                schedule=None,
                catchup=False,
                params={\(airflowParameters)},
                tags=["aku"],
            ):
                tasks = {
            \(tasks.joined(separator: "\n"))
                }
            \(edges.map { $0 + "\n" }.joined())
                # Whatever became of the tasks, the platform's run ends with this one, and fails it if it failed.
                finish = BashOperator(
                    task_id=\(Python.text(finishName)),
                    bash_command='exec aku task finish --engine airflow --run "$AKU_EXTERNAL_RUN"'
                    ' --pipeline "$AKU_EXTERNAL_PIPELINE"',
                    env=ENVIRONMENT,
                    append_env=True,
                    trigger_rule="all_done",
                )
                list(tasks.values()) >> finish

            """
    }

    private func airflowArguments(_ task: TaskDefinition) -> [String] {
        var arguments = [Python.text(task.name)]
        if task.retries.limit > 0 {
            arguments += [
                "retries=\(task.retries.limit)",
                "retry_delay=timedelta(seconds=\(Python.seconds(task.retries.backoffSeconds)))",
                "retry_exponential_backoff=2",
            ]
        } else {
            arguments.append("retries=0")
        }
        if let pool = task.pool { arguments.append("pool=\(Python.text(pool))") }
        // Airflow adds the weights of what comes after; the platform does not.
        if task.priority != 0 {
            arguments += ["priority_weight=\(task.priority)", "weight_rule=\"absolute\""]
        }
        if definition.isConditional {
            // The platform decides what is left out; Airflow only keeps failures from going on.
            arguments.append("trigger_rule=\"\(task.join == .over ? "all_done" : "none_failed")\"")
        }
        return arguments + ["execution_timeout=timedelta(seconds=\(task.timeoutSeconds + Self.marginSeconds))"]
    }

    /// The exit status that a BashOperator takes for "skipped".
    private var airflowSkip: String { definition.isConditional ? " --skip-status 99" : "" }

    private var airflowParameters: String {
        if definition.parameters.isEmpty { return "" }
        let lines = definition.parameters.map { parameter in
            let type: String
            switch parameter.type {
            case .string, .integer, .number, .boolean: type = parameter.type.rawValue
            case .list: type = "array"
            }
            var arguments = parameter.standard.map { [Python.value($0)] } ?? []
            arguments.append("type=\"\(type)\"")
            if !parameter.summary.isEmpty { arguments.append("description=\(Python.text(parameter.summary))") }
            return "        \(Python.text(parameter.name)): Param(\(arguments.joined(separator: ", "))),"
        }
        return "\n" + lines.joined(separator: "\n") + "\n    "
    }

    /// A name that no task has.
    private var finishName: String {
        var name = "finish"
        while definition.task(name) != nil { name = "aku-" + name }
        return name
    }
}
