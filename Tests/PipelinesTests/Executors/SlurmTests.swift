import Foundation
import Primitives
import Storage
import Testing

@testable import Pipelines

@Suite struct SlurmTests {
    private static let id = AttemptID(run: "01RUN", task: "train.big", attempt: 3)

    private static var executor: SlurmExecutor {
        SlurmExecutor(
            slurm: Slurm(environment: [:]),
            settings: SlurmSettings(environment: ["AKU_SLURM_OPTIONS": "--account=a  --qos=low"]),
            configuration: PipelineConfiguration(
                workFolder: "/data/w",
                pythonFolder: "/py",
                akuFolder: "/bin/it's",
                baseURL: "http://host:1"
            )
        )
    }

    private static func submission(_ resources: TaskResources) -> Submission {
        var order = AttemptOrder(
            run: id.run,
            pipeline: "p",
            task: id.task,
            attempt: id.attempt,
            command: "true",
            code: nil,
            inputs: [:],
            outputs: [],
            environment: [:],
            timeoutSeconds: 61
        )
        order.placement = Placement(executor: .slurm, image: nil, resources: resources)
        return Submission(order: order, token: "secret", control: AttemptControl())
    }

    @Test func `a job's name is its attempt`() {
        #expect(SlurmExecutor.name(Self.id) == "aku:01RUN:train.big:3")
        #expect(SlurmExecutor.attempt("aku:01RUN:train.big:3") == Self.id)
        for name in ["train", "aku:01RUN:train", "aku:01RUN:train:x", "mine:01RUN:train:1"] {
            #expect(SlurmExecutor.attempt(name) == nil)
        }
    }

    @Test func `the newest job of a name counts, and who cancelled one is no part of its state`() throws {
        let output = Data("7|a|CANCELLED by 0\n12|a|RUNNING\n9|b|OUT_OF_MEMORY\nnonsense\n10_1|c|PENDING\n".utf8)
        #expect(
            try Slurm.parse(output) == [
                "a": .init(id: "12", name: "a", state: "RUNNING"),
                "b": .init(id: "9", name: "b", state: "OUT_OF_MEMORY"),
            ]
        )
        #expect(try Slurm.parse(Data("7|a|CANCELLED by 0\n".utf8))["a"]?.state == "CANCELLED")
    }

    @Test func `what a task needs becomes options of sbatch, and no value of a variable is among them`() {
        let resources = TaskResources(cpu: 1.5, memoryBytes: (200 << 20) + 1, gpu: 2, queue: "big")
        let arguments = Self.executor.arguments(Self.submission(resources), exported: ["AKU_TOKEN", "AKU_URL"])
        #expect(
            arguments == [
                "--parsable", "--no-requeue", "--job-name=aku:01RUN:train.big:3", "--chdir=/",
                "--output=/data/w/slurm/01RUN.train.big.3.out", "--open-mode=append", "--ntasks=1", "--time=12",
                "--export=AKU_TOKEN,AKU_URL", "--cpus-per-task=2", "--mem=201M", "--gres=gpu:2", "--partition=big",
                "--account=a", "--qos=low",
            ]
        )
        let script = Self.executor.script(Self.id)
        #expect(script.contains("exec '/bin/it'\\''s/aku' task run --run 01RUN --task train.big --attempt 3\n"))
        #expect(!script.contains("secret"))
    }
}
