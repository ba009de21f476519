extension ConsoleTemplates {
    /// Runs side by side.
    static let compare = #"""
        {{#hasNotices}}<div class="banner t-warn" role="status">{{#notices}}<div>{{.}}</div>{{/notices}}</div>{{/hasNotices}}
        {{^canCompare}}<section class="card"><p class="note">Tick two or more runs in <a href="/runs">the table of runs</a>, then choose Compare.</p></section>{{/canCompare}}
        {{#canCompare}}<form id="controls" method="get" action="/compare"><input type="hidden" name="run" value="{{runList}}"></form>
        <section class="card" aria-labelledby="h-members"><header><h2 id="h-members">Runs</h2><span class="more muted">The first is the baseline.</span></header><div class="scroll tall" tabindex="0" role="region" aria-label="Runs"><table class="runs"><thead><tr><th scope="col" class="num">#</th><th scope="col">Run</th><th scope="col">State</th><th scope="col">Experiment</th><th scope="col" class="num">Took</th><th scope="col">Started</th><td></td></tr></thead><tbody>
        {{#members}}<tr data-run-row="{{number}}"><td class="num"><span class="key {{colour}}">{{number}}</span></td><th scope="row"><a href="{{runHref}}">{{name}}</a></th><td>{{#badge}}{{>badge}}{{/badge}}</td><td class="clip">{{experiment}}</td><td class="num">{{took}}</td><td class="muted">{{#when}}{{>moment}}{{/when}}</td><td class="muted">{{#baselineHref}}<a href="{{baselineHref}}">baseline</a>{{/baselineHref}}{{^baselineHref}}is the baseline{{/baselineHref}}{{#removeHref}} · <a href="{{removeHref}}" aria-label="Leave out run {{number}}">leave out</a>{{/removeHref}}</td></tr>
        {{/members}}</tbody></table></div></section>
        {{#parameters}}<section class="card" id="parameters" aria-labelledby="h-params"><header><h2 id="h-params">Params</h2>{{#hasDiffering}}<span class="more muted">{{differingCount}} differ</span>{{/hasDiffering}}</header>
        {{#isAbsent}}<p class="note">None of the runs has params. <code>mlflow.log_params</code> records them.</p>{{/isAbsent}}
        {{#hasDiffering}}<div class="scroll tall" tabindex="0" role="region" aria-label="Params that differ"><table class="runs compare"><thead><tr><th scope="col" class="stick">Param</th>{{{head}}}</tr></thead><tbody>{{{differing}}}</tbody></table></div>{{/hasDiffering}}
        {{#hasSame}}<details><summary>{{sameCount}} the same in all runs</summary><div class="scroll tall" tabindex="0" role="region" aria-label="Params that are the same"><table class="runs compare"><thead><tr><th scope="col" class="stick">Param</th>{{{head}}}</tr></thead><tbody>{{{same}}}</tbody></table></div></details>{{/hasSame}}</section>{{/parameters}}
        {{#metrics}}<section class="card" id="metrics" aria-labelledby="h-metrics"><header><h2 id="h-metrics">Metrics, last values</h2><span class="more muted">▲ highest, ▼ lowest</span></header>
        {{#isAbsent}}<p class="note">None of the runs has metrics. <code>mlflow.log_metric</code> records them.</p>{{/isAbsent}}
        {{#hasDiffering}}<div class="scroll tall" tabindex="0" role="region" aria-label="Metrics"><table class="runs compare"><thead><tr><th scope="col" class="stick">Metric</th>{{{head}}}</tr></thead><tbody>{{{differing}}}</tbody></table></div>{{/hasDiffering}}</section>{{/metrics}}
        {{#hasCurves}}<section class="card" id="curves" aria-labelledby="h-curves"><header><h2 id="h-curves">Curves</h2><ul class="legend runs">{{#members}}<li data-legend="{{number}}"><span class="key {{colour}}">{{number}}</span> {{name}}</li>{{/members}}</ul></header>
        <div class="filter">{{#controls}}{{>curve-controls}}{{/controls}}<button form="controls" formaction="/compare#curves">Draw</button><details class="columns"><summary>Metrics</summary><div class="choices"><fieldset><legend class="visually">Metrics drawn as curves</legend>{{#curveChoices}}<label><input type="checkbox" name="curve" value="{{value}}" form="controls"{{#isChosen}} checked{{/isChosen}}> {{word}}</label>{{/curveChoices}}</fieldset></div></details></div>
        <div class="plots">{{#figures}}{{>curve-figure}}{{/figures}}</div></section>{{/hasCurves}}
        <section class="card" id="parallel" aria-labelledby="h-parallel"><header><h2 id="h-parallel">Parallel coordinates</h2>{{#ramp}}<span class="more muted"><svg class="ramp" viewBox="0 0 84 8" width="84" height="8" aria-hidden="true"><path class="r0" d="M0 4h12"/><path class="r1" d="M12 4h12"/><path class="r2" d="M24 4h12"/><path class="r3" d="M36 4h12"/><path class="r4" d="M48 4h12"/><path class="r5" d="M60 4h12"/><path class="r6" d="M72 4h12"/></svg> low to high {{ramp}}</span>{{/ramp}}</header>
        <div class="filter"><details class="columns"><summary>Axes</summary><div class="choices"><fieldset><legend class="visually">Axes</legend>{{#axisChoices}}<label><input type="checkbox" name="axis" value="{{value}}" form="controls"{{#isChosen}} checked{{/isChosen}}> {{word}}</label>{{/axisChoices}}</fieldset></div></details><button form="controls" formaction="/compare#parallel">Draw</button></div>
        {{#hasParallel}}<div class="scroll pad" tabindex="0" role="region" aria-label="Parallel coordinates">{{{parallel}}}</div>{{/hasParallel}}{{^hasParallel}}<p class="note">Choose two or more axes.</p>{{/hasParallel}}</section>
        <section class="card" id="scatter" aria-labelledby="h-scatter"><header><h2 id="h-scatter">Scatter</h2></header>
        <div class="filter"><div><label for="scatter-x">Across</label><select id="scatter-x" name="x" form="controls">{{#xChoices}}<option value="{{value}}"{{#isChosen}} selected{{/isChosen}}>{{word}}</option>{{/xChoices}}</select></div><div><label for="scatter-y">Up</label><select id="scatter-y" name="y" form="controls">{{#yChoices}}<option value="{{value}}"{{#isChosen}} selected{{/isChosen}}>{{word}}</option>{{/yChoices}}</select></div><button form="controls" formaction="/compare#scatter">Draw</button></div>
        {{#hasScatter}}<div class="pad">{{{scatter}}}</div>{{/hasScatter}}{{^hasScatter}}<p class="note">The runs have neither params that differ nor metrics.</p>{{/hasScatter}}</section>{{/canCompare}}
        """#

    /// How curves are drawn; part of the form `controls`.
    static let curveControls = #"""
        <div><label for="smooth">Smoothing</label><select id="smooth" name="smooth" form="controls">{{#smoothings}}<option value="{{value}}"{{#isChosen}} selected{{/isChosen}}>{{word}}</option>{{/smoothings}}</select></div><div><label for="across">Across</label><select id="across" name="across" form="controls"><option value="step">step</option><option value="time"{{#isTimed}} selected{{/isTimed}}>time</option></select></div><div class="ticks"><label><input type="checkbox" name="log" value="y" form="controls"{{#isLogY}} checked{{/isLogY}}> log y</label><label><input type="checkbox" name="log" value="x" form="controls"{{#isLogX}} checked{{/isLogX}}> log x</label></div>
        """#

    /// A curve chart with its caption.
    static let curveFigure = #"""
        <figure><figcaption>{{caption}}{{#latest}}<span class="last">{{latest}}</span>{{/latest}}</figcaption>{{{drawing}}}{{#note}}<p class="muted small">{{note}}</p>{{/note}}</figure>
        """#
}
