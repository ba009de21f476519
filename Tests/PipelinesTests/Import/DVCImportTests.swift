import Foundation
import Primitives
import TestSupport
import Testing

@testable import Pipelines

@Suite struct DVCImportTests {
    private func read(_ yaml: String, _ files: [String: String] = [:]) throws -> (ImportedPipeline, String) {
        let folder = try TemporaryFolder()
        for (path, text) in files.merging(["dvc.yaml": yaml], uniquingKeysWith: { _, own in own }) {
            let url = URL(fileURLWithPath: folder.path(path))
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try text.write(to: url, atomically: true, encoding: .utf8)
        }
        let pipeline = try DVCImport.read(folder.path("dvc.yaml"), name: "p")
        return (pipeline, try pipeline.text(origin: "dvc.yaml", folder: folder.path("")))
    }

    @Test func `a stage finds what it needs where DVC has it, and hands over what it wrote`() throws {
        let (pipeline, text) = try read(
            """
            stages:
              prepare:
                cmd: python src/prepare.py data/raw.csv
                deps: [src/prepare.py, data/raw.csv]
                params: [prepare.seed]
                outs: [data/prepared]
              train:
                wdir: src
                cmd: [python train.py, echo done]
                deps: [../data/prepared/part.csv, train.py, s3://bucket/x]
                outs: [{ ../model.pkl: { persist: true } }]
                metrics: [{ ../metrics.json: { cache: false } }]
                always_changed: true
            plots: [x.csv]
            """,
            ["src/prepare.py": "", "src/train.py": "", "data/raw.csv": "", "params.yaml": "prepare: { seed: 7 }"]
        )
        let prepare = try #require(pipeline.tasks.first), train = try #require(pipeline.tasks.last)
        #expect(prepare.code == ["data/raw.csv", "params.yaml", "src/prepare.py"])
        #expect(prepare.outputs == ["prepared"])
        #expect(
            prepare.run == """
                mkdir -p repo/data
                cp -R code/raw.csv repo/data/raw.csv
                mkdir -p repo
                cp -R code/params.yaml repo/params.yaml
                mkdir -p repo/src
                cp -R code/prepare.py repo/src/prepare.py
                chmod -R u+w repo
                mkdir -p repo repo/data
                (cd repo; set +eu
                python src/prepare.py data/raw.csv
                )
                mv repo/data/prepared ${outputs.prepared}
                """
        )
        #expect(train.inputs == ["prepared": "prepare.prepared"])
        #expect(train.outputs == ["model_pkl", "metrics_json"])
        #expect(train.run.contains("ln -s \"$PWD\"/${inputs.prepared} repo/data/prepared\n"))
        #expect(train.run.contains("(cd repo/src; set +eu\npython train.py\n)\n(cd repo/src; set +eu\necho done\n)\n"))
        #expect(!train.isCached)
        #expect(pipeline.notes.map(\.line) == [14, 2, 7, 7])
        #expect(
            text.contains("#   line 7: dependency 's3://bucket/x' of stage 'train' lies outside the folder of dvc.yaml")
        )
        #expect(text.contains("#   line 7: 'persist' of output '../model.pkl' of stage 'train'"))
    }

    @Test func `templates, foreach and matrix give the stages that DVC makes of them`() throws {
        let (pipeline, _) = try read(
            """
            vars: [{ base: { out: made } }, more.yaml:size]
            stages:
              each:
                foreach: ${names}
                do:
                  cmd: echo ${item} ${size} \\${HOME} > ${base.out}/${item}.txt
                  outs: ["${base.out}/${item}.txt"]
              map:
                foreach: { x: { n: 1 }, y: { n: 0.5 } }
                do: { cmd: "echo ${key} ${item.n}" }
              grid:
                matrix: { a: [1, 2], b: [u, v] }
                cmd: echo ${item.a}${item.b}
              options: { cmd: "run ${opts} ${list[1]}" }
            """,
            [
                "params.yaml":
                    "names: [north, south]\nopts: { lr: 0.001, deep: { on: true, off: false }, l: [1, 2] }\nlist: [7, 8]",
                "more.yaml": "size: 3\nother: 4",
            ]
        )
        #expect(
            pipeline.tasks.map(\.name) == [
                "each-north", "each-south", "map-x", "map-y", "grid-1-u", "grid-1-v", "grid-2-u", "grid-2-v", "options",
            ]
        )
        let runs = pipeline.tasks.map(\.run)
        #expect(runs[0].contains("\necho north 3 ${HOME} > made/north.txt\n"))
        #expect(runs[3].contains("\necho y 0.5\n"))
        #expect(runs[6].contains("\necho 2u\n"))
        #expect(runs[8].contains("\nrun --lr 0.001 --deep.on --l 1 2 8\n"))
        #expect(pipeline.tasks[0].note == "each@north ")
    }

    @Test func `two files of one name come with their folders`() throws {
        let (pipeline, _) = try read(
            "stages: { s: { cmd: cat a/x b/x, deps: [a/x, b/x] } }",
            ["a/x": "", "b/x": ""]
        )
        #expect(pipeline.tasks[0].code == ["a", "b"])
        #expect(pipeline.tasks[0].run.contains("cp -R code/b/x repo/b/x"))
    }

    @Test(arguments: [
        ("stages: { s: { deps: [x] } }", "has no cmd"),
        ("stages: { s: { cmd: \"echo ${nothing}\" } }", "names nothing"),
        ("- a", "not a mapping"), ("vars: []", "no 'stages'"),
        ("stages: { s: { cmd: x, wdir: ../.. } }", "outside"),
    ])
    func `what cannot be read is refused with the stage's line`(yaml: String, message: String) {
        let error = #expect(throws: PlatformError.self) { try read(yaml) }
        #expect(error?.code == .pipelineImportFailed)
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }
}
