import Testing

@testable import Commands

@Suite struct ArtifactPlacesTests {
    private let places = ArtifactPlaces([
        (id: 1, location: "mlflow-artifacts:/1"), (id: 2, location: "file:///data/mlruns/2"),
        (id: 3, location: "/data/x/3/"),
        (id: 4, location: "s3://bucket/4"), (id: 5, location: "mlflow-artifacts://host:5000/deep/5"),
    ])

    @Test(arguments: [
        ("mlflow-artifacts:/1/r/artifacts", "mlflow-artifacts:/1/r/artifacts"),
        ("file:///data/mlruns/2/r/artifacts", "mlflow-artifacts:/2/r/artifacts"),
        ("/data/x/3/r/artifacts", "mlflow-artifacts:/3/r/artifacts"),
        ("s3://bucket/4/r/artifacts", "s3://bucket/4/r/artifacts"),
        ("mlflow-artifacts://host:5000/deep/5/r", "mlflow-artifacts:/deep/5/r"),
        ("models:/m-1", "models:/m-1"), ("file:///data/mlruns/22/r", "file:///data/mlruns/22/r"),
    ])
    func `Files move below the artifact root, and what is kept elsewhere stays there`(_ there: String, _ here: String) {
        #expect(places.here(there) == here)
    }
}
