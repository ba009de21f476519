extension Migration {
    /// Which taking over of the pipelines is the last, and the last step of the engine that did.
    package static let pipelineEngine = Migration(
        22,
        "pipeline-engine",
        """
        CREATE TABLE pipeline_engine (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            epoch INTEGER NOT NULL CHECK (epoch > 0),
            step INTEGER NOT NULL
        ) STRICT;
        """
    )
}
