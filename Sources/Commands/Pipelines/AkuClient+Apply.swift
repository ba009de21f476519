import Client
import Foundation
import Pipelines
import Primitives
import Storage
import WireAPI

extension AkuClient {
    /// Uploads a pipeline file's code and registers the definition.
    ///
    /// - Throws: the file's first problem; what the server says.
    func apply(_ file: PipelineFile) async throws -> PipelineBody {
        let definition = try file.definition()
        var code: [CodeItemBody] = []
        for path in definition.codePaths {
            let (location, isFolder) = file.location(of: path)
            if isFolder {
                let digest = try await uploadTree(directory: location).digest
                code.append(CodeItemBody(path: path, digest: digest, kind: OutputKind.tree.rawValue))
            } else {
                let digest = try await uploadObject(file: location).digest
                code.append(CodeItemBody(path: path, digest: digest, kind: OutputKind.file.rawValue))
            }
        }
        return try await send(PipelinesAPI.apply, body: ApplyPipelineBody(source: file.source, code: code))
    }
}
