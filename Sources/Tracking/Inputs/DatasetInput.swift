import Primitives

/// A data set as a run names it.
package struct TrackedDataset: Sendable, Hashable {
    /// Its name.
    package let name: String
    /// A digest that the client made; any text.
    package let digest: String
    /// The kind of source: `local`, `http`, `code`, …
    package let sourceType: String
    /// Where it came from, as the client writes it.
    package let source: String
    /// Its schema as JSON, if given.
    package let schema: String?
    /// Its profile as JSON, if given.
    package let profile: String?

    /// Makes a data set.
    package init(name: String, digest: String, sourceType: String, source: String, schema: String?, profile: String?) {
        self.name = name
        self.digest = digest
        self.sourceType = sourceType
        self.source = source
        self.schema = schema
        self.profile = profile
    }
}

/// A data set that a run read, with tags such as `mlflow.data.context`.
package struct DatasetInput: Sendable, Hashable {
    /// The data set.
    package let dataset: TrackedDataset
    /// What for.
    package let tags: [KeyValue]

    /// Makes an input.
    package init(dataset: TrackedDataset, tags: [KeyValue]) {
        self.dataset = dataset
        self.tags = tags
    }

    /// The tag that says what the data set was for: `training`, `eval`, …
    static let contextKey = "mlflow.data.context"
}

/// A logged model that a run read or made.
package struct ModelLink: Sendable, Hashable {
    /// The model.
    package let modelID: String
    /// The training step at which it was made; 0 for inputs.
    package let step: Int64

    /// Makes a link.
    package init(modelID: String, step: Int64 = 0) {
        self.modelID = modelID
        self.step = step
    }
}
