import Serving
import Testing

struct EndpointMetricsTests {
    @Test func `Quantiles are interpolated inside the bar that holds them`() {
        var figures = EndpointMetrics.Snapshot()
        #expect(figures.quantileMilliseconds(0.5) == nil)
        figures.requests = 100
        figures.buckets[4] = 80
        figures.buckets[9] = 20
        #expect(figures.quantileMilliseconds(0.5) == 4.25)
        #expect(figures.quantileMilliseconds(0.9) == 37.5)
        #expect(figures.quantileMilliseconds(1) == 50)
    }
}
