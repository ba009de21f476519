/// A leaf of a Parquet file's schema: one column of values, perhaps inside structures or a list.
struct ParquetColumn: Sendable, Hashable {
    /// How values are stored (`parquet.thrift`, `Type`).
    enum Physical: Int, Sendable {
        case boolean = 0, int32, int64, int96, float, double, bytes, fixed
    }

    /// What values stand for.
    enum Meaning: Sendable, Hashable {
        case plain, text, date, uuid
        /// Whole numbers without a sign.
        case unsigned
        /// A time of day, or a moment, in units of which a second has so many.
        case time(unitsPerSecond: Int64)
        case moment(unitsPerSecond: Int64)
        case decimal(scale: Int)
    }

    let path: [String]
    let physical: Physical
    /// Bytes of a fixed value.
    let width: Int
    let meaning: Meaning
    let typeName: String
    /// The level of a value that is there; lower ones say which part of the path is missing.
    let maximumDefinition: Int
    /// 0 for a value a row, 1 for a list a row.
    let maximumRepetition: Int
    /// The level from which on a list has an element.
    let listDefinition: Int

    /// The path as people write it: a list is called by its own name.
    var name: String {
        var parts = path[...]
        for ending in [["list", "element"], ["list", "item"], ["bag", "array_element"]]
        where parts.count > 2 && parts.suffix(2).elementsEqual(ending) {
            parts = parts.dropLast(2)
        }
        return parts.joined(separator: ".")
    }

    /// The leaves of the schema tree, which is written depth first.
    static func leaves(_ elements: [ThriftValue]) -> [ParquetColumn] {
        struct Open {
            let name: String
            var left: Int64
            let definition: Int
            let repetition: Int
            let listDefinition: Int
        }
        var out: [ParquetColumn] = []
        var open: [Open] = []
        for element in elements.dropFirst() {
            let name = element[4]?.text ?? "?"
            while let last = open.last, last.left == 0 { open.removeLast() }
            if !open.isEmpty { open[open.count - 1].left -= 1 }
            let parent = open.last
            // 0 required, 1 optional, 2 repeated.
            let kind = element[3]?.integer ?? 0
            let definition = (parent?.definition ?? 0) + (kind == 0 ? 0 : 1)
            let repetition = (parent?.repetition ?? 0) + (kind == 2 ? 1 : 0)
            let known = parent?.listDefinition ?? 0
            let listDefinition = kind == 2 && known == 0 ? definition : known
            if let children = element[5]?.integer, children > 0 {
                open.append(
                    Open(
                        name: name,
                        left: children,
                        definition: definition,
                        repetition: repetition,
                        listDefinition: listDefinition
                    )
                )
                continue
            }
            guard let physical = Physical(rawValue: Int(element[1]?.integer ?? -1)) else { continue }
            let (meaning, typeName) = meaning(of: element, physical)
            out.append(
                ParquetColumn(
                    path: open.map(\.name) + [name],
                    physical: physical,
                    width: Int(clamping: element[2]?.integer ?? 0),
                    meaning: meaning,
                    typeName: repetition > 0 ? "list of \(typeName)" : typeName,
                    maximumDefinition: definition,
                    maximumRepetition: repetition,
                    listDefinition: listDefinition
                )
            )
        }
        return out
    }

    private static func meaning(of element: ThriftValue, _ physical: Physical) -> (Meaning, String) {
        if let logical = element[10], case .fields(let fields) = logical, let (id, detail) = fields.first {
            switch id {
            case 1, 4, 12: return (.text, ["string", "enum", "json"][id == 1 ? 0 : id == 4 ? 1 : 2])
            case 5: return (.decimal(scale: Int(clamping: detail[1]?.integer ?? 0)), "decimal")
            case 6: return (.date, "date")
            case 7: return (.time(unitsPerSecond: units(detail[2])), "time")
            case 8: return (.moment(unitsPerSecond: units(detail[2])), "timestamp")
            case 10:
                let isSigned = detail[2] != .bool(false)
                return (isSigned ? .plain : .unsigned, (isSigned ? "int" : "uint") + "\(detail[1]?.integer ?? 64)")
            case 14: return (.uuid, "uuid")
            default: break
            }
        }
        // What older writers say instead (`ConvertedType`).
        switch element[6]?.integer {
        case 0, 4, 19: return (.text, "string")
        case 5: return (.decimal(scale: Int(clamping: element[7]?.integer ?? 0)), "decimal")
        case 6: return (.date, "date")
        case 7: return (.time(unitsPerSecond: 1000), "time")
        case 8: return (.time(unitsPerSecond: 1_000_000), "time")
        case 9: return (.moment(unitsPerSecond: 1000), "timestamp")
        case 10: return (.moment(unitsPerSecond: 1_000_000), "timestamp")
        case 11, 12, 13, 14: return (.unsigned, "unsigned")
        default:
            return (
                .plain, ["boolean", "int32", "int64", "int96", "float", "double", "bytes", "bytes"][physical.rawValue]
            )
        }
    }

    private static func units(_ unit: ThriftValue?) -> Int64 {
        guard case .fields(let fields)? = unit, let id = fields.keys.first else { return 1000 }
        return id == 1 ? 1000 : id == 2 ? 1_000_000 : 1_000_000_000
    }
}
