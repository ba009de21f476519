extension ConsoleTemplates {
    /// Every model.
    static let models = #"""
        <section class="card" aria-label="Models">{{^isEmpty}}<div class="scroll" tabindex="0" role="region" aria-label="Models"><table><thead><tr><th scope="col">Model</th><th scope="col">Newest</th><th scope="col">Aliases</th><th scope="col">Runs at</th><th scope="col">Registered</th></tr></thead><tbody>
        {{#rows}}<tr><th scope="row" class="wrap"><a href="{{href}}">{{name}}</a><div class="muted">{{description}}</div></th><td>{{#latestHref}}<a href="{{latestHref}}">{{latest}}</a>{{/latestHref}}{{^latestHref}}{{latest}}{{/latestHref}}</td><td>{{#aliases}}<a class="tag" href="{{link}}">{{text}}</a>{{/aliases}}</td><td>{{#endpoints}}<a href="{{link}}">{{text}}</a> {{/endpoints}}</td><td class="nowrap muted">{{#when}}{{>moment}}{{/when}}</td></tr>
        {{/rows}}</tbody></table></div>{{/isEmpty}}{{#isEmpty}}<p class="note">No model is registered yet. <code>mlflow.register_model</code> or <code>aku models register</code> adds one.</p>{{/isEmpty}}</section>
        """#

    /// One model.
    static let model = #"""
        <p class="lede">{{description}}</p>
        {{#hasTags}}<p class="lede">{{#tags}}<span class="tag">{{.}}</span>{{/tags}}</p>{{/hasTags}}
        <section class="card" aria-labelledby="h-versions"><header><h2 id="h-versions">Versions</h2>{{#isCut}}<span class="more muted">the newest are shown</span>{{/isCut}}</header>
        {{#isEmpty}}<p class="note">It has no versions yet. <code>mlflow.register_model("runs:/RUN/model", "{{heading}}")</code> adds one.</p>{{/isEmpty}}
        {{^isEmpty}}<div class="scroll" tabindex="0" role="region" aria-label="Versions"><table class="runs"><thead><tr><th scope="col">Version</th><th scope="col">Aliases</th><th scope="col">Stage</th><th scope="col">Attested</th><th scope="col">Runs at</th><th scope="col">Package</th><th scope="col">By</th><th scope="col">Created</th></tr></thead><tbody>
        {{#rows}}<tr id="{{anchor}}"><th scope="row"><a href="{{versionHref}}">{{version}}</a></th><td>{{#aliases}}<span class="tag">{{.}}</span>{{/aliases}}</td><td>{{stage}}</td><td title="{{verdictWords}}">{{#verdict}}{{>badge}}{{/verdict}}</td><td>{{#endpoints}}<a href="{{link}}">{{text}}</a> {{/endpoints}}</td><td>{{#package}}{{>digest}}{{/package}}{{^package}}<span class="muted">–</span>{{/package}}</td><td>{{createdBy}}</td><td class="muted">{{#when}}{{>moment}}{{/when}}</td></tr>
        {{/rows}}</tbody></table></div>{{/isEmpty}}</section>
        <div class="grid2">
        <section class="card" aria-labelledby="h-aliases"><header><h2 id="h-aliases">Aliases</h2></header>{{#hasAliases}}<div class="scroll" tabindex="0" role="region" aria-label="Aliases"><table><thead><tr><th scope="col">Alias</th><th scope="col">Points at</th><th scope="col">Moved by</th><th scope="col">When</th></tr></thead><tbody>{{#aliasRows}}<tr><th scope="row"><span class="tag">{{alias}}</span></th><td><a href="{{targetHref}}">{{target}}</a></td><td>{{movedBy}}</td><td class="nowrap muted">{{#movedAt}}{{>moment}}{{/movedAt}}</td></tr>{{/aliasRows}}</tbody></table></div>{{/hasAliases}}{{^hasAliases}}<p class="note">No alias points at a version yet. <code>set_registered_model_alias</code> sets one.</p>{{/hasAliases}}</section>
        {{#hasGates}}<section class="card" aria-labelledby="h-gates"><header><h2 id="h-gates">Gates</h2></header><div class="scroll" tabindex="0" role="region" aria-label="Gates"><table><thead><tr><th scope="col">To become</th><th scope="col">a version needs</th><th scope="col">Set by</th><th scope="col">When</th></tr></thead><tbody>{{#gateRows}}<tr><th scope="row">{{gate}}</th><td>{{#requires}}<span class="tag">{{.}}</span>{{/requires}}</td><td>{{setBy}}</td><td class="nowrap muted">{{#setAt}}{{>moment}}{{/setAt}}</td></tr>{{/gateRows}}</tbody></table></div></section>{{/hasGates}}
        </div>
        {{#hasGraph}}<section class="card" aria-labelledby="h-lineage"><header><h2 id="h-lineage">Lineage of {{subject}}</h2></header><div class="scroll" tabindex="0" role="region" aria-label="Lineage">{{{graph}}}</div></section>{{/hasGraph}}
        """#

    /// One version of a model.
    static let version = #"""
        <p class="lede">{{description}}</p>
        <dl class="facts">{{#hasAliases}}<div><dt>Aliases</dt><dd>{{#aliases}}<span class="tag">{{.}}</span>{{/aliases}}</dd></div>{{/hasAliases}}<div><dt>Package</dt><dd>{{#signed}}{{>badge}}{{/signed}} {{#package}}{{>digest}}{{/package}}</dd></div>{{>facts}}</dl>
        {{#isMissing}}<div class="banner t-warn"><strong>Gates that it does not pass yet</strong><ul class="plain">{{#missing}}<li>{{.}}</li>{{/missing}}</ul></div>{{/isMissing}}
        <div class="grid2">
        <section class="card" aria-labelledby="h-where"><header><h2 id="h-where">Runs at</h2></header>{{#isDeployed}}<div class="scroll" tabindex="0" role="region" aria-label="Deployments"><table><thead><tr><th scope="col">Endpoint</th><th scope="col">Since</th><th scope="col">By</th></tr></thead><tbody>{{#deployments}}<tr><th scope="row"><a href="{{endpointHref}}">{{endpoint}}</a></th><td class="nowrap">{{#since}}{{>moment}}{{/since}}</td><td>{{deployedBy}}</td></tr>{{/deployments}}</tbody></table></div>{{/isDeployed}}{{^isDeployed}}<p class="note">No endpoint runs it. <code>aku endpoints deploy NAME --model {{deployHint}}</code> starts one{{^package}}, once the version has a package{{/package}}.</p>{{/isDeployed}}</section>
        {{#hasTags}}<section class="card" aria-labelledby="h-tags"><header><h2 id="h-tags">Tags</h2></header><table class="kv"><tbody>{{#tags}}{{>fact-row}}{{/tags}}</tbody></table></section>{{/hasTags}}
        </div>
        <section class="card" aria-labelledby="h-checks"><header><h2 id="h-checks">Attestations</h2></header>{{>attestations}}</section>
        {{#hasGraph}}<section class="card" aria-labelledby="h-lineage"><header><h2 id="h-lineage">Lineage</h2>{{#isGraphCut}}<span class="more muted">only the nearest part is drawn</span>{{/isGraphCut}}</header><div class="scroll" tabindex="0" role="region" aria-label="Lineage">{{{graph}}}</div></section>{{/hasGraph}}
        <section class="card" aria-labelledby="h-files"><header><h2 id="h-files">Files</h2><span class="more muted">{{fileCount}}</span></header>{{#hasFiles}}<div class="scroll tall" tabindex="0" role="region" aria-label="Files"><table><thead><tr><th scope="col">File</th><th scope="col" class="num">Size</th><th scope="col">Digest</th></tr></thead><tbody>{{#files}}<tr><th scope="row"><code>{{path}}</code></th><td class="num">{{size}}</td><td>{{#digest}}{{>digest}}{{/digest}}</td></tr>{{/files}}</tbody></table></div>{{#hasMoreFiles}}<p class="note">There are more files than are listed.</p>{{/hasMoreFiles}}{{/hasFiles}}{{^hasFiles}}<p class="note">Its files are not in this server's store{{^package}}: it was registered from its source as the client named it{{/package}}.</p>{{/hasFiles}}</section>
        """#

    /// What was attested of a version.
    static let attestations = #"""
        {{#isUntested}}<p class="note">Nothing is attested of it yet. <code>aku models gate</code> tests it and records the verdict.</p>{{/isUntested}}{{^isUntested}}<div class="scroll" tabindex="0" role="region" aria-label="Attestations"><table><thead><tr><th scope="col">Verdict</th><th scope="col">Check</th><th scope="col">Reasons</th><th scope="col">By</th><th scope="col">When</th></tr></thead><tbody>{{#attestations}}<tr><td>{{#verdict}}{{>badge}}{{/verdict}}</td><td>{{kind}}</td><td class="wrap"><ul class="plain">{{#reasons}}<li>{{.}}</li>{{/reasons}}</ul></td><td>{{by}}</td><td class="nowrap muted">{{#at}}{{>moment}}{{/at}}</td></tr>{{/attestations}}</tbody></table></div>{{/isUntested}}
        """#
}
