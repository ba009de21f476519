import Primitives

extension TextClassifier {
    /// Loads a variant of a package; every byte used is checked against the manifest first.
    ///
    /// - Parameters:
    ///   - variant: nil for the package's default.
    ///   - threads: threads that share one operator, the caller's included.
    /// - Throws: `package_invalid`, `package_corrupt`, `model_corrupt`, `tokenizer_invalid`, `tokenizer_unsupported`,
    ///   and `not_found` for an unknown variant.
    package init(package reader: PackageReader, variant: String?, runtime: OnnxRuntime, threads: Int = 1) throws {
        let name = variant ?? reader.manifest.defaultVariant
        guard let chosen = reader.manifest.variants[name] else {
            throw PlatformError(
                .notFound,
                "The package has no variant '\(name)'.",
                nextStep: Suggestion.phrase(for: name, among: Array(reader.manifest.variants.keys))
            )
        }
        try self.init(
            tokenizer: TextTokenizer(
                json: reader.data(reader.manifest.tokenizer.file),
                maximumLength: reader.manifest.tokenizer.maximumLength
            ),
            session: OnnxSession(runtime, model: reader.data(chosen.file), name: chosen.file, threads: threads),
            labels: reader.manifest.labels,
            batchInvariant: chosen.batchInvariant
        )
    }

    /// Answers the golden cases and compares. Scores are compared for the default variant only, whose answers they are;
    /// another variant must give the same labels in at least nine of ten cases.
    ///
    /// - Throws: `self_test_failed`, naming the first case that differs.
    package func selfTest(_ cases: [GoldenCase], isDefaultVariant: Bool) throws {
        var wrong = 0
        for item in cases {
            guard let answer = try classify([item.text]).first else { continue }
            let same =
                answer.label == item.label
                && (!isDefaultVariant || abs(answer.score - item.score) <= GoldenCase.scoreTolerance)
            if same { continue }
            wrong += 1
            if isDefaultVariant || wrong * 10 > cases.count {
                throw PlatformError(
                    .selfTestFailed,
                    "The golden case '\(item.text.prefix(80))' is answered '\(answer.label)' (\(answer.score)), not "
                        + "'\(item.label)' (\(item.score)).",
                    nextStep: "Do not serve this package on this machine; make it again and compare."
                )
            }
        }
    }
}
