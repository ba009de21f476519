extension ConsoleTemplates {
    /// A digest: mark, first digits, the whole as a tooltip.
    static let digest = #"""
        <span class="digest" title="{{full}}">{{{mark}}}<code>{{short}}</code></span>
        """#

    /// A list of facts.
    static let facts = #"""
        {{#facts}}<div><dt>{{label}}</dt><dd>{{#link}}<a href="{{link}}">{{text}}</a>{{/link}}{{^link}}{{text}}{{/link}}</dd></div>{{/facts}}
        """#

    /// A moment.
    static let moment = #"""
        <time datetime="{{machine}}" title="{{exact}}">{{ago}}</time>
        """#

    /// A chart with its caption and legend.
    static let figure = #"""
        <figure><figcaption>{{caption}}{{#latest}}<span class="last">{{latest}}</span>{{/latest}}</figcaption>{{{drawing}}}{{#hasLegend}}<ul class="legend">{{#legend}}<li><svg viewBox="0 0 22 8" aria-hidden="true"><path class="line {{seriesClass}}" d="M1 4H21"/></svg>{{seriesName}}</li>{{/legend}}</ul>{{/hasLegend}}</figure>
        """#

    /// The rows of a list of pipeline runs.
    static let runRow = #"""
        <tr><td>{{#badge}}{{>badge}}{{/badge}}</td><td><a class="mono nowrap" href="{{href}}">{{short}}</a></td><td><a href="{{pipelineHref}}">{{pipeline}}</a></td><td><span class="strip" role="group" aria-label="{{cellWords}}">{{#cells}}<a class="t-{{tone}}" href="{{cellHref}}" title="{{words}}" aria-label="{{words}}"></a>{{/cells}}</span></td><td class="num">{{took}}</td><td class="num">{{cached}}</td><td class="wrap">{{reason}}</td><td class="nowrap muted">{{#when}}{{>moment}}{{/when}}</td></tr>
        """#

    /// The head of a list of pipeline runs.
    static let runHead = #"""
        <thead><tr><th scope="col">State</th><th scope="col">Run</th><th scope="col">Pipeline</th><th scope="col">Tasks</th><th scope="col" class="num">Took</th><th scope="col" class="num">Cached</th><th scope="col">Reason</th><th scope="col">Started</th></tr></thead>
        """#

    /// The table of endpoints.
    static let endpointTable = #"""
        <div class="scroll" tabindex="0" role="region" aria-label="Endpoints"><table><thead><tr><th scope="col">State</th><th scope="col">Endpoint</th><th scope="col">Serves</th><th scope="col">Requests a second</th><th scope="col" class="num">Rate</th><th scope="col" class="num">p99</th><th scope="col" class="num">Failed</th></tr></thead><tbody>
        {{#endpoints}}<tr><td>{{#badge}}{{>badge}}{{/badge}}</td><th scope="row"><a href="{{href}}">{{name}}</a></th><td><a href="{{servesHref}}">{{serves}}</a></td><td>{{{spark}}}</td><td class="num">{{rate}}</td><td class="num">{{p99}}</td><td class="num">{{failures}}</td></tr>
        {{/endpoints}}</tbody></table></div>
        """#

    /// The table of journal lines under two names of the list: a page's own and the overview's.
    static let journalTable = journalRows("entries")
    static let eventTable = journalRows("events")

    private static func journalRows(_ list: String) -> String {
        #"""
        <div class="scroll" tabindex="0" role="region" aria-label="Journal entries"><table><thead><tr><th scope="col" class="num">#</th><th scope="col">Event</th><th scope="col">Subject</th><th scope="col">What</th><th scope="col">By</th><th scope="col">When</th></tr></thead><tbody>
        {{#\#(list)}}<tr><td class="num"><a href="{{href}}">{{sequence}}</a></td><td class="nowrap"><code>{{kind}}</code></td><td class="nowrap" title="{{subjectWhole}}">{{#subjectHref}}<a href="{{subjectHref}}">{{subject}}</a>{{/subjectHref}}{{^subjectHref}}{{subject}}{{/subjectHref}}</td><td class="what muted" title="{{summary}}">{{summary}}</td><td>{{actor}}</td><td class="nowrap muted">{{#when}}{{>moment}}{{/when}}</td></tr>
        {{/\#(list)}}</tbody></table></div>
        """#
    }

    /// Name and value, one row each.
    static let factRow = #"""
        <tr><th scope="row">{{label}}</th><td>{{#link}}<a href="{{link}}">{{text}}</a>{{/link}}{{^link}}{{text}}{{/link}}</td></tr>
        """#
}
