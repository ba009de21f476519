import Statistics

/// The bounds of monitoring.
package struct MonitoringConfiguration: Sendable, Hashable {
    /// Predictions that may wait for the drain; more are dropped and counted.
    package let bufferCapacity: Int
    /// Predictions stored in one transaction.
    package let batchSize: Int
    /// The longest that a prediction waits for the drain, in milliseconds.
    package let drainMilliseconds: Int
    /// Prediction rows kept.
    package let retainedPredictions: Int
    /// Predictions between two snapshots of the monitors; after a crash those since the last are read again from their rows.
    package let snapshotEvery: Int
    /// What the detector promises.
    package let detector: DriftDetectorConfiguration

    /// Bounds.
    package init(
        bufferCapacity: Int = 16_384,
        batchSize: Int = 256,
        drainMilliseconds: Int = 100,
        retainedPredictions: Int = PredictionStore.standardRetention,
        snapshotEvery: Int = 256,
        detector: DriftDetectorConfiguration = .standard
    ) {
        self.bufferCapacity = bufferCapacity
        self.batchSize = batchSize
        self.drainMilliseconds = drainMilliseconds
        self.retainedPredictions = retainedPredictions
        self.snapshotEvery = snapshotEvery
        self.detector = detector
    }
}
