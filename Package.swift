// swift-tools-version: 6.2
import PackageDescription

/// Every target of ours: Swift 6 language mode, warnings are errors.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let log: Target.Dependency = .product(name: "Logging", package: "swift-log")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdHTTP2: Target.Dependency = .product(name: "HummingbirdHTTP2", package: "hummingbird")
let hummingbirdTLS: Target.Dependency = .product(name: "HummingbirdTLS", package: "hummingbird")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let sqlite: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let mustache: Target.Dependency = .product(name: "Mustache", package: "swift-mustache")
let httpClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioHTTPTypes: Target.Dependency = .product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let nio: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let protobuf: Target.Dependency = .product(name: "SwiftProtobuf", package: "swift-protobuf")

/// A library target of the product; `Tests/LayoutTests` checks the same import table from the sources.
func floor(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// The test target of `name`; every one may use the shared fixtures.
func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(
        name: "\(name)Tests",
        dependencies: dependencies + ["TestSupport"],
        exclude: exclude,
        swiftSettings: strict
    )
}

let package = Package(
    name: "aku",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "aku", targets: ["aku"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.7.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // Floor 0
        floor("Primitives", []),
        floor("Statistics", ["Primitives"]),
        // Floor 1
        .target(name: "CPostgres", linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),
        floor(
            "Storage",
            ["Primitives", "CPostgres", grdb, sqlite, crypto, httpClient, nio, nioHTTP1, nioPosix]
        ),
        // Floor 2
        floor("Security", ["Primitives", "Storage", crypto]),
        floor("Datasets", ["Primitives", "Storage"]),
        .target(name: "CSpawn"),
        floor(
            "Pipelines",
            [
                "Primitives", "Storage", "CSpawn", yams, log, lifecycle, httpClient, nio, nioHTTP1, nioSSL,
            ]
        ),
        floor("Tracking", ["Primitives", "Storage"]),
        floor("Registry", ["Primitives", "Storage"]),
        .target(name: "COnnxRuntime", linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),
        floor("Inference", ["Primitives", "COnnxRuntime"]),
        floor("Serving", ["Primitives", "Storage", yams, log, lifecycle]),
        floor("Monitoring", ["Primitives", "Statistics", "Storage", yams, log, lifecycle]),
        // Floor 3
        floor("WireAPI", ["Primitives"]),
        floor("Client", ["Primitives", "Storage", "WireAPI", httpClient, nio, nioHTTP1]),
        // Floor 4
        // Generated by protoc-gen-swift from the .proto files of OpenTelemetry: not held to our warnings.
        .target(
            name: "OpenTelemetryProto",
            dependencies: [protobuf],
            swiftSettings: [.swiftLanguageMode(.v6)]
        ),
        // Generated by protoc-gen-swift from the .proto files beside it: not held to our warnings.
        .target(
            name: "InferenceProto",
            dependencies: [protobuf],
            exclude: ["inference.proto", "health.proto"],
            swiftSettings: [.swiftLanguageMode(.v6)]
        ),
        floor(
            "Server",
            [
                "Primitives", "Statistics", "Storage", "Security", "Datasets", "Pipelines", "Tracking", "Registry",
                "Inference", "Serving", "Monitoring", "WireAPI", "OpenTelemetryProto", "InferenceProto", hummingbird,
                hummingbirdCore, hummingbirdHTTP2, hummingbirdTLS, mustache, log, lifecycle, nio, nioSSL, httpTypes,
                protobuf, crypto, httpClient,
                nioHTTP1, nioHTTPTypes,
            ]
        ),
        floor(
            "Commands",
            [
                "Primitives", "Statistics", "Storage", "Datasets", "Pipelines", "Inference", "Monitoring", "Registry",
                "Serving", "WireAPI", "Client", arguments,
            ]
        ),
        // Floor 5
        .executableTarget(
            name: "aku",
            dependencies: ["Commands", "Server", "Primitives", "Storage", arguments, log, lifecycle],
            swiftSettings: strict
        ),
        // Tests
        floor("TestSupport", ["Primitives", "Storage"]),
        tests("Primitives", ["Primitives"]),
        tests("Statistics", ["Statistics"], exclude: ["Golden/generate.py"]),
        tests(
            "Storage",
            ["Primitives", "Storage", crypto, nio],
            exclude: ["Golden/schema.sql", "Golden/schema.postgres.sql"]
        ),
        tests("Security", ["Primitives", "Security", "Storage"]),
        tests("Datasets", ["Datasets", "Primitives", "Storage"]),
        tests("Pipelines", ["Pipelines"], exclude: ["Schedule/Golden/generate.py"]),
        tests("Tracking", ["Tracking"]),
        tests("Registry", ["Registry"]),
        tests("Inference", ["Inference"]),
        tests("Serving", ["Serving"]),
        tests("Monitoring", ["Monitoring"]),
        tests(
            "Server",
            [
                "Server", "Client", "WireAPI", hummingbird, log, nio, httpTypes,
                .product(name: "HummingbirdTesting", package: "hummingbird"),
            ]
        ),
        tests("Commands", ["Commands"]),
        tests("Layout", []),
    ]
)

// Benchmarks are built only when asked for: AKU_BENCHMARKS=1 swift run -c release storage-benchmark
if Context.environment["AKU_BENCHMARKS"] != nil {
    package.targets.append(
        .executableTarget(
            name: "storage-benchmark",
            dependencies: ["Primitives", "Storage", grdb, .product(name: "GRDBSQLite", package: "GRDB.swift")],
            path: "Benchmarks/storage",
            exclude: ["README.md", "latest.json"],
            swiftSettings: strict
        )
    )
    package.targets.append(
        .executableTarget(
            name: "tokenizer-benchmark",
            dependencies: ["Inference"],
            path: "Benchmarks/tokenizers/program",
            swiftSettings: strict
        )
    )
}
