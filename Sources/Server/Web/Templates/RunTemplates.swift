extension ConsoleTemplates {
    /// One training run.
    static let run = #"""
        <div id="run-facts" data-live><dl class="facts"><div><dt>State</dt><dd>{{#badge}}{{>badge}}{{/badge}}</dd></div>{{>facts}}</dl></div>
        {{#hasFigures}}<form id="controls" method="get" action="{{runHref}}"></form><section class="card" id="curves" aria-labelledby="h-metrics"><header><h2 id="h-metrics">Metrics over steps</h2></header><div class="filter">{{#controls}}{{>curve-controls}}{{/controls}}<button form="controls" formaction="{{runHref}}#curves">Draw</button></div><div class="plots" id="run-plots" data-live>{{#figures}}{{>curve-figure}}{{/figures}}</div></section>{{/hasFigures}}
        <div class="grid2">
        {{#hasFinals}}<section class="card" aria-labelledby="h-finals"><header><h2 id="h-finals">Final values</h2></header><div id="run-finals" data-live><table class="kv"><tbody>{{#finals}}{{>fact-row}}{{/finals}}</tbody></table></div></section>{{/hasFinals}}
        {{#hasParameters}}<section class="card" aria-labelledby="h-params"><header><h2 id="h-params">Params</h2></header><table class="kv"><tbody>{{#parameters}}{{>fact-row}}{{/parameters}}</tbody></table></section>{{/hasParameters}}
        {{#hasFiles}}<section class="card" aria-labelledby="h-files"><header><h2 id="h-files">Artifacts</h2><a class="more" href="{{filesHref}}">Browse</a></header><table><tbody>{{#files}}<tr><th scope="row" class="wrap"><a href="{{fileHref}}"><code>{{path}}</code></a></th><td class="num">{{size}}</td></tr>{{/files}}</tbody></table>{{#hasMoreFiles}}<p class="note">There are more files: <a href="{{filesHref}}">browse them all</a>.</p>{{/hasMoreFiles}}</section>{{/hasFiles}}
        {{#hasTags}}<section class="card" aria-labelledby="h-tags"><header><h2 id="h-tags">Tags</h2></header><table class="kv"><tbody>{{#tags}}{{>fact-row}}{{/tags}}</tbody></table></section>{{/hasTags}}
        </div>
        {{#hasInputs}}<section class="card" aria-labelledby="h-inputs"><header><h2 id="h-inputs">Data sets</h2></header><div class="scroll" tabindex="0" role="region" aria-label="Data sets"><table><thead><tr><th scope="col">Data set</th><th scope="col">Digest</th><th scope="col">For</th><th scope="col">Source</th><th scope="col">Columns</th></tr></thead><tbody>{{#inputs}}<tr><th scope="row">{{dataset}}</th><td><code>{{datasetDigest}}</code></td><td>{{context}}</td><td class="wrap muted">{{source}}</td><td class="wrap">{{schema}}</td></tr>{{/inputs}}</tbody></table></div></section>{{/hasInputs}}
        {{#hasModels}}<section class="card" aria-labelledby="h-models"><header><h2 id="h-models">Logged models</h2></header><div class="scroll" tabindex="0" role="region" aria-label="Logged models"><table><thead><tr><th scope="col">Model</th><th scope="col">The run</th></tr></thead><tbody>{{#models}}<tr><th scope="row"><code>{{modelID}}</code></th><td>{{direction}} it {{step}}</td></tr>{{/models}}</tbody></table></div></section>{{/hasModels}}
        """#

    /// The files of a run and a look into one.
    static let artifacts = #"""
        <div class="files"><section class="card" aria-label="Files">{{#isEmpty}}<p class="note">The run has no artifacts. <code>mlflow.log_artifact</code> adds one.</p>{{/isEmpty}}<ul class="tree">{{#tree}}<li class="{{entryClass}}"><a href="{{entryHref}}"{{#isHere}} aria-current="page"{{/isHere}}>{{#isFolder}}<span aria-hidden="true">▸</span> {{/isFolder}}{{entry}}{{#isFolder}}<span class="visually"> (folder)</span>{{/isFolder}}</a>{{#entrySize}}<span class="muted">{{entrySize}}</span>{{/entrySize}}</li>{{/tree}}</ul></section>
        {{#look}}<section class="card look" aria-labelledby="h-look"><header><h2 id="h-look">{{file}}</h2><a class="more" href="{{downloadHref}}" download>Download, {{size}}</a></header><div class="pad meta"><span>{{kind}}</span>{{#digest}}{{>digest}}{{/digest}}</div>
        {{#note}}<p class="note">{{note}}</p>{{/note}}
        {{#imageHref}}<div class="pad picture"><img src="{{imageHref}}" alt="{{file}}"></div>{{/imageHref}}{{#table}}<div class="scroll tall" tabindex="0" role="region" aria-label="Table">{{{table}}}</div>{{/table}}{{#details}}<h3 class="pad">Columns</h3><div class="scroll" tabindex="0" role="region" aria-label="Columns">{{{details}}}</div>{{/details}}{{#lines}}<pre class="whole" tabindex="0" aria-label="Text">{{lines}}</pre>{{/lines}}{{#document}}<div class="pad document">{{{document}}}</div>{{/document}}</section>{{/look}}
        {{^hasLook}}{{^isEmpty}}<section class="card look"><p class="note">Choose a file to look into it.</p></section>{{/isEmpty}}{{/hasLook}}</div>
        """#
}
