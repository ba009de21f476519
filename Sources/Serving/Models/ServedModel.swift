import Primitives

/// A model version as the registry knows it, with its package laid out on the disk.
package struct ResolvedModel: Sendable, Hashable {
    /// The registered model.
    package let model: String
    /// The version, from 1.
    package let version: Int
    /// The tree digest of the package.
    package let package: Digest
    /// The folder with the package's files.
    package let folder: String

    /// Makes the value.
    package init(model: String, version: Int, package: Digest, folder: String) {
        self.model = model
        self.version = version
        self.package = package
        self.folder = folder
    }
}

/// A loaded model that passed its golden cases. The closures block the calling thread, may be called by several threads
/// at once, and hold the model: when the last copy of this value goes, the model is released.
package struct ServedModel: Sendable {
    /// The package's variant that was loaded.
    package let variant: String
    /// Whether a text's answer is the same alone and among others.
    package let batchInvariant: Bool
    /// What its requests share when they may run together; nil when an answer would change with its company.
    package let group: BatchGroup?
    /// The tensors that `infer` takes.
    package let inputs: [TensorDescription]
    /// The tensors that `infer` returns.
    package let outputs: [TensorDescription]
    /// Classifies texts, in their order.
    package let classify: @Sendable ([String]) throws -> [TextPrediction]
    /// Runs tensors; the second argument names the outputs wanted, nil for all.
    package let infer: @Sendable ([NamedTensor], [String]?) throws -> [NamedTensor]

    /// Makes the value.
    package init(
        variant: String,
        batchInvariant: Bool,
        inputs: [TensorDescription],
        outputs: [TensorDescription],
        classify: @escaping @Sendable ([String]) throws -> [TextPrediction],
        infer: @escaping @Sendable ([NamedTensor], [String]?) throws -> [NamedTensor]
    ) {
        self.variant = variant
        self.batchInvariant = batchInvariant
        group = batchInvariant ? BatchGroup() : nil
        self.inputs = inputs
        self.outputs = outputs
        self.classify = classify
        self.infer = infer
    }
}

/// What serving needs of the rest of the platform; the composition root hands it over.
package struct ServingBackend: Sendable {
    /// Finds a version and lays its package out on the disk.
    package let resolve: @Sendable (ModelReference) async throws -> ResolvedModel
    /// Loads a variant (nil: the package's default) and runs its golden cases. Blocks the calling thread.
    package let load: @Sendable (ResolvedModel, String?) throws -> ServedModel
    /// Tells the registry that an endpoint serves a version: endpoint, version, actor.
    package let deployed: @Sendable (String, ResolvedModel, String) async throws -> Void
    /// Tells the registry that an endpoint is gone: endpoint, actor.
    package let undeployed: @Sendable (String, String) async throws -> Void
    /// Takes the record of a prediction; must not block.
    package let observe: @Sendable (PredictionRecord) -> Void

    /// Joins the closures.
    package init(
        resolve: @escaping @Sendable (ModelReference) async throws -> ResolvedModel,
        load: @escaping @Sendable (ResolvedModel, String?) throws -> ServedModel,
        deployed: @escaping @Sendable (String, ResolvedModel, String) async throws -> Void,
        undeployed: @escaping @Sendable (String, String) async throws -> Void = { _, _ in },
        observe: @escaping @Sendable (PredictionRecord) -> Void
    ) {
        self.resolve = resolve
        self.load = load
        self.deployed = deployed
        self.undeployed = undeployed
        self.observe = observe
    }
}
