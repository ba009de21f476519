import Foundation
import Testing

@testable import Server

/// The style sheet's colours keep the contrast that WCAG 2.2 asks for, in light and in dark.
struct WebStyleTests {
    /// The colours of one scheme by name.
    private static func palette(dark: Bool) -> [String: [Double]] {
        let parts = ConsoleAsset.style.text.components(separatedBy: "@media (prefers-color-scheme:dark)")
        let text = dark ? parts[1].prefix(900)[...] : parts[0][...]
        var colours: [String: [Double]] = [:]
        for match in text.matches(of: /--([a-z0-9-]+):#([0-9a-f]{6})/) {
            let digits = match.output.2
            let value = Int(digits, radix: 16) ?? 0
            colours[String(match.output.1)] = [value >> 16, value >> 8 & 255, value & 255].map { Double($0) / 255 }
        }
        return colours
    }

    /// WCAG 2.2's contrast ratio.
    private static func contrast(_ left: [Double], _ right: [Double]) -> Double {
        func luminance(_ colour: [Double]) -> Double {
            let linear = colour.map { $0 <= 0.04045 ? $0 / 12.92 : pow(($0 + 0.055) / 1.055, 2.4) }
            return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
        }
        let a = luminance(left), b = luminance(right)
        return (max(a, b) + 0.05) / (min(a, b) + 0.05)
    }

    @Test(arguments: [false, true]) func `Text has a contrast of at least 4.5 on everything that it stands on`(
        dark: Bool
    ) throws {
        let colours = Self.palette(dark: dark)
        var pairs = [
            ("ink", "bg"), ("ink", "surface"), ("ink", "sunk"), ("muted", "bg"), ("muted", "surface"),
            ("muted", "sunk"),
        ]
        for tone in Tone.allCases {
            pairs.append((tone.rawValue, "\(tone.rawValue)-bg"))
            pairs.append(("ink", "\(tone.rawValue)-bg"))
            pairs.append(("muted", "\(tone.rawValue)-bg"))
        }
        for (text, ground) in pairs {
            let ratio = Self.contrast(try #require(colours[text]), try #require(colours[ground]))
            #expect(ratio >= 4.5, "--\(text) on --\(ground): \(ratio)")
        }
    }

    @Test(arguments: [false, true]) func `Lines and bars have a contrast of at least 3`(dark: Bool) throws {
        let colours = Self.palette(dark: dark)
        for name in ["s0", "s1", "s2", "s3", "s4", "s5", "strong", "live"] {
            let ratio = Self.contrast(try #require(colours[name]), try #require(colours["surface"]))
            #expect(ratio >= 3, "--\(name): \(ratio)")
        }
    }

    @Test func `The style sheet loads nothing and the script makes nothing inline`() {
        #expect(!ConsoleAsset.style.text.contains("url(") && !ConsoleAsset.style.text.contains("@import"))
        #expect(!ConsoleAsset.script.text.contains("eval") && !ConsoleAsset.script.text.contains("http"))
    }
}
