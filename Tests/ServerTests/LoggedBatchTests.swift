import Foundation
import Testing
import Tracking
import WireAPI

@testable import Server

struct LoggedBatchTests {
    private func batch(_ text: String) -> LoggedBatch? { LoggedBatch.batch(Data(text.utf8)) }

    @Test func `A plain batch is read whole, with spaces anywhere and NaN as a text`() throws {
        let read = try #require(
            batch(
                """
                { "run_id" : "r1", "metrics":[{"key":"loss","value":0.125,"timestamp":7,"step":-3},
                  {"timestamp":8,"value":"NaN","key":"perte é"} ], "params":[{"key":"lr","value":"0.1"}], "tags":[] }
                """
            )
        )
        #expect(read.run == "r1")
        #expect(
            read.metrics.count == 2 && read.metrics[0] == MetricPoint(key: "loss", value: 0.125, timestamp: 7, step: -3)
        )
        #expect(read.metrics[1].key == "perte é" && read.metrics[1].value.isNaN && read.metrics[1].step == 0)
        #expect(read.params == [KeyValue("lr", "0.1")] && read.tags.isEmpty)
    }

    @Test func `Every number is the double that JSONDecoder reads`() throws {
        var texts = [
            "0", "-0", "1e308", "4.9e-324", "0.1", "123456789.123456789", "9007199254740993", "1E+2", "-2.5e-3",
        ]
        var state: UInt64 = 17
        for _ in 0..<5_000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let value = Double(bitPattern: state)
            if value.isFinite { texts.append("\(value)") }
            texts.append("\(Double(state >> 20) / 1e9)")
            texts.append("\(Double(Int64(bitPattern: state)))")
        }
        for text in texts {
            let expected = try JSONDecoder().decode([Double].self, from: Data("[\(text)]".utf8))[0]
            let read = batch(#"{"run_id":"r","metrics":[{"key":"k","value":\#(text),"timestamp":1}]}"#)
            #expect(read?.metrics.first?.value.bitPattern == expected.bitPattern, "\(text)")
        }
    }

    @Test func `What is not plain is left to the decoder`() {
        let point = #"{"key":"k","value":1,"timestamp":1}"#
        for text in [
            "", "[]", "{", #"{"run_id":"r"}x"#, #"{"run_id":"a\nb"}"#, #"{"run_id":5}"#, #"{"other":1}"#,
            #"{"run_id":"r","metrics":[\#(point),]}"#, #"{"run_id":"r","metrics":[\#(point) \#(point)]}"#,
            #"{"run_id":"r","metrics":[{"key":"k","value":01,"timestamp":1}]}"#,
            #"{"run_id":"r","metrics":[{"key":"k","value":1.,"timestamp":1}]}"#,
            #"{"run_id":"r","metrics":[{"key":"k","value":1e999,"timestamp":1}]}"#,
            #"{"run_id":"r","metrics":[{"key":"k","value":1,"timestamp":1.5}]}"#,
            #"{"run_id":"r","metrics":[{"key":"k","value":1,"timestamp":12345678901234567890}]}"#,
            #"{"run_id":"r","metrics":[{"key":"k","value":1}]}"#, #"{"run_id":"r","metrics":null}"#,
            #"{"run_id":"r","metrics":[{"key":"k","key":"k","value":1,"timestamp":1}]}"#,
            #"{"run_id":"r","metrics":[{"key":"k","value":nan,"timestamp":1}]}"#,
        ] {
            #expect(batch(text) == nil, "\(text)")
        }
        #expect(
            LoggedBatch.batch(
                Data([0x7B, 0x22, 0x72, 0x75, 0x6E, 0x5F, 0x69, 0x64, 0x22, 0x3A, 0x22, 0xFF, 0x22, 0x7D])
            ) == nil
        )
    }

    @Test func `A metric by itself needs its run`() {
        let read = LoggedBatch.metric(
            Data(#"{"run_id":"r","run_uuid":"r","key":"k","value":2,"timestamp":3,"step":4}"#.utf8)
        )
        #expect(read?.run == "r" && read?.metrics == [MetricPoint(key: "k", value: 2, timestamp: 3, step: 4)])
        #expect(LoggedBatch.metric(Data(#"{"run_uuid":"r","key":"k","value":2,"timestamp":3}"#.utf8)) == nil)
    }
}
