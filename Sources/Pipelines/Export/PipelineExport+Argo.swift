import Primitives

extension PipelineExport {
    /// A Workflow for Argo Workflows, as YAML. Strings are written as JSON strings, which YAML reads alike.
    var argo: String {
        let names = argoNames
        let parameters = definition.parameters.map { parameter in
            let standard = parameter.standard.map { "\n        value: \(Self.quoted($0.commandText))" } ?? ""
            return "      - name: \(Self.quoted(parameter.name))\(standard)"
        }
        let arguments =
            parameters.isEmpty ? "" : "  arguments:\n    parameters:\n" + parameters.joined(separator: "\n") + "\n"
        let tasks = definition.tasks.map { task in
            let name = names[task.name] ?? task.name
            let order = argoOrder(task, task.upstream.map { names[$0] ?? $0 })
            return "          - name: \(Self.quoted(name))\n            template: \(Self.quoted(name))\(order)"
        }
        return """
            # \(origin(.argo))
            # The image has 'aku' and the pipeline file; the secret 'aku' has the keys url and token.
            apiVersion: argoproj.io/v1alpha1
            kind: Workflow
            metadata:
              generateName: \(Self.quoted(Self.label(definition.name) + "-"))
              annotations:
                aku/pipeline: \(Self.quoted(definition.name))
                aku/description: \(Self.quoted(summary))
            spec:
              entrypoint: aku-pipeline
              onExit: aku-finish
            \(arguments)  templates:
                - name: aku-pipeline
                  dag:
                    failFast: false
                    tasks:
            \(tasks.joined(separator: "\n"))
            \(definition.tasks.map { argoTemplate($0, names[$0.name] ?? $0.name) }.joined(separator: "\n"))
                - name: aku-finish
            \(argoContainer(["task", "finish", "--engine", "argo", "--run", "{{workflow.uid}}", "--pipeline", path]))

            """
    }

    /// A template has either `dependencies` or `depends`; only the second knows of tasks that failed.
    private func argoOrder(_ task: TaskDefinition, _ upstream: [String]) -> String {
        if upstream.isEmpty { return "" }
        guard definition.tasks.contains(where: { $0.join == .over }) else {
            return "\n            dependencies: [\(upstream.map(Self.quoted).joined(separator: ", "))]"
        }
        let ends =
            task.join == .over ? ["Succeeded", "Skipped", "Failed", "Errored", "Omitted"] : ["Succeeded", "Skipped"]
        let depends = upstream.map { name in "(" + ends.map { "\(name).\($0)" }.joined(separator: " || ") + ")" }
        return "\n            depends: \(Self.quoted(depends.joined(separator: " && ")))"
    }

    private func argoTemplate(_ task: TaskDefinition, _ name: String) -> String {
        var lines = ["    - name: \(Self.quoted(name))"]
        lines.append("      activeDeadlineSeconds: \"\(task.timeoutSeconds + Self.marginSeconds)\"")
        if let pool = task.pool {
            // A ConfigMap holds the sizes: kubectl create configmap aku-pools --from-literal=POOL=SLOTS.
            lines += [
                "      synchronization:", "        semaphores:", "          - configMapKeyRef:",
                "              name: aku-pools", "              key: \(Self.quoted(pool))",
            ]
        }
        if task.priority != 0 { lines.append("      priority: \(task.priority)") }
        if task.retries.limit > 0 {
            lines += [
                "      retryStrategy:", "        limit: \(Self.quoted(String(task.retries.limit)))",
                "        retryPolicy: Always", "        backoff:",
                "          duration: \(Self.quoted(Python.seconds(max(1, task.retries.backoffSeconds.rounded(.up))) + "s"))",
                "          factor: \"2\"",
            ]
        }
        var arguments = [
            "task", "exec", "--task", task.name, "--engine", "argo", "--run", "{{workflow.uid}}", "--pipeline", path,
        ]
        for parameter in definition.parameters {
            arguments += ["-p", "\(parameter.name)={{workflow.parameters.\(parameter.name)}}"]
        }
        return (lines + [argoContainer(arguments)]).joined(separator: "\n")
    }

    private func argoContainer(_ arguments: [String]) -> String {
        """
              container:
                image: \(Self.quoted(image))
                command: ["aku"]
                args: [\(arguments.map(Self.quoted).joined(separator: ", "))]
                env:
                  - name: AKU_URL
                    valueFrom: { secretKeyRef: { name: aku, key: url } }
                  - name: AKU_TOKEN
                    valueFrom: { secretKeyRef: { name: aku, key: token, optional: true } }
        """
    }

    /// Names that Argo takes: letters, digits and dashes. Two that become one get numbers.
    private var argoNames: [String: String] {
        var taken: Set<String> = ["aku-pipeline", "aku-finish"]
        var names: [String: String] = [:]
        for task in definition.tasks {
            let plain = Self.label(task.name)
            var name = plain, number = 2
            while !taken.insert(name).inserted {
                name = "\(plain)-\(number)"
                number += 1
            }
            names[task.name] = name
        }
        return names
    }

    private static func label(_ name: String) -> String {
        var label = String(
            name.map { ($0.isASCII && ($0.isLetter || $0.isNumber)) ? Character($0.lowercased()) : "-" }.prefix(60)
        )
        while label.hasSuffix("-") { label.removeLast() }
        return label
    }

    private static func quoted(_ text: String) -> String { OrderedJSON.string(text).written }
}
