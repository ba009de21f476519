import Foundation
import Primitives
import TestSupport
import Testing

@testable import Pipelines

@Suite struct AirflowImportTests {
    private static let python = ["/usr/bin/python3", "/usr/local/bin/python3"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    private func read(_ source: String, dag: String? = nil) throws -> (ImportedPipeline, String) {
        let folder = try TemporaryFolder()
        try folder.write("dag.py", source)
        let python = try #require(Self.python)
        let pipeline = try AirflowImport.read(folder.path("dag.py"), dag: dag, python: python)
        return (pipeline, try pipeline.text(origin: "dag.py", folder: folder.path("")))
    }

    private func task(_ name: String, _ pipeline: ImportedPipeline) throws -> ImportedPipeline.Task {
        try #require(pipeline.tasks.first { $0.name == name })
    }

    private static let wide = """
        import json
        from datetime import timedelta

        import pendulum
        from airflow.sdk import DAG, TaskGroup, chain
        from airflow.providers.standard.operators.bash import BashOperator
        from airflow.providers.standard.operators.python import PythonOperator
        from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator

        FACTOR = 3


        def helper(n):
            return n * FACTOR


        def count(n, label="x"):
            print(json.dumps({"n": helper(n), "label": label}))
            return {"total": helper(n)}


        def needs_context(ti):
            print(ti)


        with DAG(
            dag_id="wide",
            schedule="30 2 * * *",
            start_date=pendulum.datetime(2026, 1, 1, tz="Europe/Madrid"),
            dagrun_timeout=timedelta(minutes=30),
            default_args={"retries": 2, "retry_delay": timedelta(seconds=5), "email": ["a@b.c"]},
        ) as dag:
            fetch = BashOperator(
                task_id="fetch", bash_command="echo it's", execution_timeout=timedelta(minutes=2), env={"A": "1"}
            )
            loops = [BashOperator(task_id=f"loop_{i}", bash_command=f"echo {i}") for i in range(2)]
            counted = PythonOperator(task_id="count", python_callable=count, op_kwargs={"n": 4})
            shown = PythonOperator(task_id="show", python_callable=lambda x: print(x), op_args=[counted.output["total"]])
            when = BashOperator(task_id="when", bash_command="echo {{ ds }}")
            pod = KubernetesPodOperator(task_id="pod", image="alpine:3", cmds=["echo"], arguments=["a b"])
            with TaskGroup("inner") as inner:
                one = BashOperator(task_id="one", bash_command="true")
                two = BashOperator(task_id="two", bash_command="true", trigger_rule="all_done")
                one >> two
            context = PythonOperator(task_id="context", python_callable=needs_context)
            fetch >> loops >> counted
            chain(counted, [when, pod], [one, two])
            context.set_upstream(inner)
            for name in open("names"):
                BashOperator(task_id=name, bash_command="true")
        """

    @Test func `operators, order, schedule and defaults of a DAG are carried over`() throws {
        let (pipeline, text) = try read(Self.wide)
        #expect(pipeline.name == "wide")
        #expect(pipeline.schedule?.cron == "30 2 * * *")
        #expect(pipeline.schedule?.zone == "Europe/Madrid")
        #expect(pipeline.deadlineSeconds == 1800)
        let order = pipeline.tasks.map { "\($0.name): \($0.after.joined(separator: " "))" }
        #expect(
            order == [
                "fetch: ", "loop_0: fetch", "loop_1: fetch", "count: loop_0 loop_1", "show: ", "when: count",
                "pod: count",
                "inner.one: when", "inner.two: inner.one pod", "context: inner.one inner.two",
            ]
        )
        let fetch = try task("fetch", pipeline)
        #expect(fetch.run == "bash -c 'echo it'\\''s'")
        #expect(fetch.timeoutSeconds == 120)
        #expect(fetch.environment == ["A": "1"])
        #expect(fetch.retryLimit == 2 && fetch.retrySeconds == 5)
        #expect(!fetch.isCached)
        #expect(try task("inner.two", pipeline).join == "over")
        let count = try task("count", pipeline), show = try task("show", pipeline)
        #expect(count.outputs == ["return_value"])
        #expect(
            count.run == """
                python - <<'AKU_PYTHON'
                import json


                FACTOR = 3


                def helper(n):
                    return n * FACTOR


                def count(n, label="x"):
                    print(json.dumps({"n": helper(n), "label": label}))
                    return {"total": helper(n)}


                _result = count(n=4)
                import json
                with open("outputs/return_value", "w") as file:
                    json.dump(_result, file)
                AKU_PYTHON
                """
        )
        #expect(show.inputs == ["count": "count.return_value"])
        #expect(show.run.contains("(lambda x: print(x))(_returned('count')['total'])"))
        #expect(text.contains("\ndeadline_seconds: 1800\n"))
    }

    @Test func `what is not understood is listed with its line, and its task fails rather than do something else`()
        throws
    {
        let (pipeline, text) = try read(Self.wide)
        let notes = Set(pipeline.notes.map { "\($0.line): \($0.text)" })
        for note in [
            "26: 'email=['a@b.c']' of default_args", "39: the template in 'echo {{ ds }}', in task 'when'",
            "40: the image 'alpine:3', which names no digest (image: NAME@sha256:…), in task 'pod'",
            "45: argument 'ti', which Airflow's context gives, in task 'context'",
            "49: a loop over 'open('names')', which is known only when it runs",
        ] {
            #expect(notes.contains(note), "\(notes.sorted())")
            #expect(text.contains("#   line \(note)\n"))
        }
        #expect(
            try task("when", pipeline).run
                == "echo 'dag.py:39: not carried over: the template in '\\''echo {{ ds }}'\\''' >&2; exit 64\n"
                + "bash -c 'echo {{ ds }}'"
        )
        #expect(try task("pod", pipeline).run.hasSuffix(">&2; exit 64\necho 'a b'"))
    }

    @Test func `functions with @task hand over what they return`() throws {
        let (pipeline, _) = try read(
            """
            from airflow.sdk import dag, task

            @dag(schedule=None)
            def orders():
                @task
                def extract():
                    return [1.5, 2.5]

                @task(retries=1)
                def total(data: list):
                    return {"sum": sum(data)}

                @task()
                def show(value, unit="EUR"):
                    print(value, unit)

                @task.branch
                def pick():
                    return "x"

                summary = total(extract())
                show(summary["sum"])
                show(summary["sum"], unit="USD") >> pick()

            orders()
            """
        )
        #expect(pipeline.tasks.map(\.name) == ["extract", "total", "show", "show__1", "pick"])
        #expect(try task("total", pipeline).inputs == ["extract": "extract.return_value"])
        #expect(try task("total", pipeline).retryLimit == 1)
        #expect(try task("show__1", pipeline).run.contains("show(_returned('total')['sum'], unit='USD')"))
        #expect(try task("pick", pipeline).after == ["show__1"])
        #expect(pipeline.notes.map(\.text) == ["@task.branch, in task 'pick'"])
        #expect(pipeline.schedule == nil)
    }

    private static let mapped = """
        from textwrap import dedent

        from airflow.sdk import DAG, task
        from airflow.providers.standard.operators.bash import BashOperator

        with DAG("mapped", default_args={"retries": 1}):
            @task
            def names():
                return ["a", "b"]

            @task(retries=2)
            def shout(name, sign="!"):
                return name.upper() + sign

            @task
            def show(values):
                print(values)

            listed = names()
            shouted = shout.partial(sign="?").expand(name=listed)
            show(shouted)
            show(shout.expand(name=listed))
            each = BashOperator.partial(task_id="each", retries=3).expand(bash_command=listed.map(lambda n: "echo " + n))
            last = BashOperator(task_id="last", bash_command=dedent(\"\"\"\\
                echo one
                  echo two
                \"\"\"), trigger_rule="all_done")
            show(f"seen {listed}") >> [each, shouted] >> last
        """

    @Test func `what is mapped keeps its place in the order, and says that it is not carried over`() throws {
        let (pipeline, _) = try read(Self.mapped)
        let order = pipeline.tasks.map { "\($0.name): \($0.after.joined(separator: " "))" }
        #expect(
            order == [
                "names: ", "shout: names show__2", "show: ", "shout__1: names", "show__1: ", "each: names show__2",
                "last: each shout", "show__2: names",
            ]
        )
        #expect(try task("show", pipeline).inputs == ["shout": "shout.return_value"])
        #expect(try task("show__1", pipeline).inputs == ["shout__1": "shout__1.return_value"])
        #expect(try task("shout", pipeline).outputs == ["return_value"])
        #expect(try task("shout", pipeline).retryLimit == 2)
        #expect(try task("each", pipeline).retryLimit == 3)
        #expect(
            try task("each", pipeline).run
                == "echo 'dag.py:23: not carried over: dynamic mapping (expand) of '\\''BashOperator'\\''' >&2; "
                + "exit 64\ntrue"
        )
        #expect(
            pipeline.notes.map { "\($0.line): \($0.text)" }.filter { $0.contains("in task") } == [
                "20: dynamic mapping (expand) of 'shout', in task 'shout'",
                "22: dynamic mapping (expand) of 'shout', in task 'shout__1'",
                "23: dynamic mapping (expand) of 'BashOperator', in task 'each'",
                "28: the argument 'f'seen {listed}'', in task 'show__2'",
            ]
        )
    }

    @Test func `dedent of a literal is done`() throws {
        let (pipeline, _) = try read(Self.mapped)
        #expect(try task("last", pipeline).run == "bash -c 'echo one\n  echo two\n'")
    }

    /// `text(origin:folder:)` lets the parser of pipeline files read it.
    @Test func `text that looks like a reference of ours stays text`() throws {
        let (pipeline, text) = try read(
            """
            from airflow.sdk import DAG, task
            from airflow.providers.standard.operators.bash import BashOperator

            with DAG("literal"):
                BashOperator(task_id="ours", bash_command="printf '%s %s %s' '${params.x}' \\"${HOME+set}\\" '${other.y}'")

                @task
                def shown():
                    print("it's ${params.x}")

                @task
                def ended():
                    print(\"\"\"
            AKU_PYTHON
                    indented\"\"\")

                shown() >> ended()
            """
        )
        let commands = pipeline.tasks.map(\.run)
        #expect(commands[0].contains("$''{params.x}") && commands[0].contains("$''{HOME+set}"))
        #expect(commands[1].hasPrefix("python -c 'def shown():") && commands[2].hasPrefix("python -c 'def ended():"))
        for command in commands {
            #expect(text.contains(ImportedPipeline.quoted(command)) || command.contains("\n"))
            #expect(CommandTemplate(command).render(parameters: [:]) == command)
        }
        let python = try #require(Self.python)
        let said = try commands.map { command in
            let run = ProgramRun(
                program: "/bin/sh",
                arguments: ["-eu", "-c", "python() { \(python) \"$@\"; }\n\(command)"],
                environment: ["PATH": "/usr/bin:/bin", "HOME": "/"]
            )
            let result = try run.run()
            #expect(result.status == 0, "\(result.errors)")
            return String(decoding: result.output, as: UTF8.self)
        }
        #expect(said == ["${params.x} set ${other.y}", "it's ${params.x}\n", "\nAKU_PYTHON\n        indented\n"])
    }

    @Test(arguments: [
        ("def broken(:", "no Python"), ("x = 1", "No DAG"),
        ("from airflow import DAG\na = DAG('one')\nb = DAG('two')", "the DAGs one, two"),
    ])
    func `what has no DAG, or several, is refused`(source: String, message: String) {
        let error = #expect(throws: PlatformError.self) { try read(source) }
        #expect(error?.code == .pipelineImportFailed)
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }

    @Test func `nothing of the file is executed`() throws {
        let folder = try TemporaryFolder()
        let mark = folder.path("mark")
        _ = try read(
            """
            open('\(mark)', 'w')
            from airflow import DAG
            with DAG('one', tags=[open('\(mark)', 'w')]):
                EmptyOperator(task_id='a')
            """
        )
        #expect(!FileManager.default.fileExists(atPath: mark))
    }
}
