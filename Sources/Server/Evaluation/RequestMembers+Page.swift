import Hummingbird
import Primitives
import Tracking
import WireAPI

extension RequestMembers {
    /// How many elements of a list a request asks for.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE` for a page that is empty or too large.
    func pageSize(standard: Int) throws -> Int {
        guard let size = try integer("max_results") else { return standard }
        guard (1...Int64(TrackingLimits.pageSize)).contains(size) else {
            throw PlatformError.mlflowInvalid(
                "Invalid value \(size) for parameter 'max_results' supplied: max_results must be between 1 and "
                    + "\(TrackingLimits.pageSize)."
            )
        }
        return Int(size)
    }
}

extension Response {
    /// One page of a list: the elements under a name, left out when there are none, and the token of the next page.
    ///
    /// - Parameter lastToken: what stands for the token on the last page; nothing by default.
    static func mlflow<Element>(
        _ page: Page<Element>,
        as name: String,
        lastToken: String? = nil,
        _ members: (inout JSONWriter, Element) -> Void
    ) -> Response {
        .mlflow { writer in
            writer.list(name, page.elements, members)
            writer.member("next_page_token", page.nextToken ?? lastToken)
        }
    }
}
