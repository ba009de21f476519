extension ConsoleTemplates {
    /// Every model.
    static let models = #"""
        <section class="card" aria-label="Models">{{^isEmpty}}<div class="scroll" tabindex="0" role="region" aria-label="Models"><table><thead><tr><th scope="col">Model</th><th scope="col">Latest</th><th scope="col">Aliases</th><th scope="col">Runs at</th><th scope="col">Registered</th></tr></thead><tbody>
        {{#rows}}<tr><th scope="row" class="wrap"><a href="{{href}}">{{name}}</a><div class="muted">{{description}}</div></th><td>{{latest}}</td><td>{{#aliases}}<span class="tag">{{.}}</span>{{/aliases}}</td><td>{{#endpoints}}<a href="{{link}}">{{text}}</a> {{/endpoints}}</td><td class="nowrap muted">{{#when}}{{>moment}}{{/when}}</td></tr>
        {{/rows}}</tbody></table></div>{{/isEmpty}}{{#isEmpty}}<p class="note">No model is registered yet.</p>{{/isEmpty}}</section>
        """#

    /// One model.
    static let model = #"""
        <p class="lede">{{description}}</p>
        {{#isEmpty}}<section class="card"><p class="note">It has no versions yet.</p></section>{{/isEmpty}}
        {{#rows}}<section class="card" id="{{anchor}}" aria-labelledby="h-{{anchor}}"><header><h2 id="h-{{anchor}}">{{version}}</h2>{{#aliases}}<span class="tag">{{.}}</span>{{/aliases}}{{#signed}}{{>badge}}{{/signed}}<span class="more muted">{{createdBy}}, {{#when}}{{>moment}}{{/when}}</span></header>
        <div class="pad"><dl class="facts">{{#package}}<div><dt>Package</dt><dd>{{>digest}}</dd></div>{{/package}}{{#endpoints}}<div><dt>Runs at</dt><dd><a href="{{link}}">{{text}}</a></dd></div>{{/endpoints}}{{#lineage}}<div><dt>{{label}}</dt><dd><a href="{{link}}">{{text}}</a></dd></div>{{/lineage}}</dl>
        {{#isUntested}}<p class="muted">Nothing is attested of it yet.</p>{{/isUntested}}</div>
        {{^isUntested}}<div class="scroll" tabindex="0" role="region" aria-label="Attestations of {{version}}"><table><thead><tr><th scope="col">Verdict</th><th scope="col">Check</th><th scope="col">Reasons</th><th scope="col">By</th><th scope="col">When</th></tr></thead><tbody>{{#attestations}}<tr><td>{{#verdict}}{{>badge}}{{/verdict}}</td><td>{{kind}}</td><td class="wrap"><ul class="plain">{{#reasons}}<li>{{.}}</li>{{/reasons}}</ul></td><td>{{by}}</td><td class="nowrap muted">{{#at}}{{>moment}}{{/at}}</td></tr>{{/attestations}}</tbody></table></div>{{/isUntested}}</section>
        {{/rows}}
        """#
}
