import Foundation
import Primitives

/// `manifest.json` of a package, format `aku.package/1`: what is in it and how a text becomes a label.
package struct PackageManifest: Sendable, Codable, Hashable {
    /// The only format there is.
    package static let formatName = "aku.package/1"
    /// The only task of this format.
    package static let textClassification = "text-classification"
    /// The manifest's own file name.
    package static let fileName = "manifest.json"

    /// The tokenizer of a package.
    package struct Tokenizer: Sendable, Codable, Hashable {
        /// Path of the tokenizer.json.
        package let file: String
        /// Ids a text may have, special tokens included.
        package let maximumLength: Int

        /// Names a tokenizer.
        package init(file: String, maximumLength: Int) {
            self.file = file
            self.maximumLength = maximumLength
        }

        enum CodingKeys: String, CodingKey {
            case file
            case maximumLength = "max_length"
        }
    }

    /// One form of the model.
    package struct Variant: Sendable, Codable, Hashable {
        /// Path of the model.
        package let file: String
        /// What runs it: `onnx`.
        package let runtime: String
        /// The share of the test split that it labels correctly, measured by this platform's own tokenizer and runtime.
        package let accuracy: Double
        /// Whether a text's answer is the same alone and among others; texts are batched only when it is.
        package let batchInvariant: Bool

        /// Describes a variant.
        package init(file: String, runtime: String, accuracy: Double, batchInvariant: Bool) {
            self.file = file
            self.runtime = runtime
            self.accuracy = accuracy
            self.batchInvariant = batchInvariant
        }

        enum CodingKeys: String, CodingKey {
            case file, runtime, accuracy
            case batchInvariant = "batch_invariant"
        }
    }

    /// One file of the package.
    package struct File: Sendable, Codable, Hashable {
        /// Its path inside the package, with `/`.
        package let path: String
        /// Its size in bytes.
        package let size: Int64
        /// Its SHA-256.
        package let sha256: Digest

        /// Describes a file.
        package init(path: String, size: Int64, sha256: Digest) {
            self.path = path
            self.size = size
            self.sha256 = sha256
        }
    }

    /// Always `formatName`.
    package let format: String
    /// The model's name.
    package let name: String
    /// Always `textClassification`.
    package let task: String
    /// The labels, by the model's output index.
    package let labels: [String]
    /// The tokenizer.
    package let tokenizer: Tokenizer
    /// The forms of the model, by name.
    package let variants: [String: Variant]
    /// The variant that serves when none is named.
    package let defaultVariant: String
    /// The accuracy of the model before it was exported.
    package let originalAccuracy: Double
    /// The languages of the test split: those that the model was made for.
    package let languages: [String]
    /// Path of the golden cases.
    package let golden: String
    /// Path of the reference profile.
    package let reference: String
    /// Every file but the manifest.
    package let files: [File]
    /// Where the model came from: identifiers of run, pipeline run and data.
    package let provenance: [String: String]

    /// Makes a manifest.
    package init(
        name: String,
        labels: [String],
        tokenizer: Tokenizer,
        variants: [String: Variant],
        defaultVariant: String,
        originalAccuracy: Double,
        languages: [String],
        golden: String,
        reference: String,
        files: [File],
        provenance: [String: String]
    ) {
        format = Self.formatName
        task = Self.textClassification
        self.name = name
        self.labels = labels
        self.tokenizer = tokenizer
        self.variants = variants
        self.defaultVariant = defaultVariant
        self.originalAccuracy = originalAccuracy
        self.languages = languages
        self.golden = golden
        self.reference = reference
        self.files = files
        self.provenance = provenance
    }

    enum CodingKeys: String, CodingKey {
        case format, name, task, labels, tokenizer, variants, languages, golden, reference, files, provenance
        case defaultVariant = "default_variant"
        case originalAccuracy = "original_accuracy"
    }
}
