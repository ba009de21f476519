extension ConsoleTemplates {
    /// Training runs with their filter.
    static let runs = #"""
        <section class="card" aria-label="Runs"><form class="filter" method="get" action="/runs"><div class="wide"><label for="filter">Filter, as in MLflow</label><input id="filter" type="text" name="filter" value="{{filter}}" placeholder="metrics.accuracy &gt; 0.9 and params.seed = '17'" spellcheck="false" autocapitalize="off"></div><div><label for="experiment">Experiment</label><select id="experiment" name="experiment"><option value="">all</option>{{#experiments}}<option value="{{id}}"{{#selected}} selected{{/selected}}>{{name}}</option>{{/experiments}}</select></div><button>Show</button></form>
        {{#problem}}<div class="banner t-warn" role="alert"><strong>{{problem}}</strong></div>{{/problem}}
        {{^isEmpty}}<div class="scroll" tabindex="0" role="region" aria-label="Runs"><table><thead><tr><th scope="col">State</th><th scope="col">Run</th><th scope="col">Experiment</th><th scope="col" class="num">Took</th>{{#columns}}<th scope="col" class="num">{{.}}</th>{{/columns}}<th scope="col">Started</th></tr></thead><tbody>
        {{#rows}}<tr><td>{{#badge}}{{>badge}}{{/badge}}</td><th scope="row" class="nowrap"><a href="{{href}}">{{name}}</a> <code class="muted">{{short}}</code></th><td>{{experiment}}</td><td class="num">{{took}}</td>{{#values}}<td class="num">{{.}}</td>{{/values}}<td class="nowrap muted">{{#when}}{{>moment}}{{/when}}</td></tr>
        {{/rows}}</tbody></table></div>{{/isEmpty}}{{#isEmpty}}<p class="note">No run matches. Point the <code>mlflow</code> client at this server (<code>MLFLOW_TRACKING_URI</code>) to log one.</p>{{/isEmpty}}
        {{#nextHref}}<nav class="pager" aria-label="Pages"><a href="{{nextHref}}" rel="next">Older runs</a></nav>{{/nextHref}}</section>
        """#

    /// One training run.
    static let run = #"""
        <div id="run-facts" data-live><dl class="facts"><div><dt>State</dt><dd>{{#badge}}{{>badge}}{{/badge}}</dd></div>{{>facts}}</dl></div>
        {{#hasFigures}}<section class="card" aria-labelledby="h-metrics"><header><h2 id="h-metrics">Metrics over steps</h2></header><div class="plots" id="run-plots" data-live>{{#figures}}{{>figure}}{{/figures}}</div></section>{{/hasFigures}}
        <div class="grid2">
        {{#hasFinals}}<section class="card" aria-labelledby="h-finals"><header><h2 id="h-finals">Final values</h2></header><div id="run-finals" data-live><table class="kv"><tbody>{{#finals}}{{>fact-row}}{{/finals}}</tbody></table></div></section>{{/hasFinals}}
        {{#hasParameters}}<section class="card" aria-labelledby="h-params"><header><h2 id="h-params">Parameters</h2></header><table class="kv"><tbody>{{#parameters}}{{>fact-row}}{{/parameters}}</tbody></table></section>{{/hasParameters}}
        {{#hasTags}}<section class="card" aria-labelledby="h-tags"><header><h2 id="h-tags">Tags</h2></header><table class="kv"><tbody>{{#tags}}{{>fact-row}}{{/tags}}</tbody></table></section>{{/hasTags}}
        {{#hasFiles}}<section class="card" aria-labelledby="h-files"><header><h2 id="h-files">Artifacts</h2></header><table><tbody>{{#files}}<tr><th scope="row" class="wrap"><code>{{path}}</code></th><td class="num">{{size}}</td></tr>{{/files}}</tbody></table></section>{{/hasFiles}}
        </div>
        """#
}
