extension ConsoleTemplates {
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
