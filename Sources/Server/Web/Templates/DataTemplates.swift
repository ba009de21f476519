extension ConsoleTemplates {
    /// Every data set version.
    static let datasets = #"""
        <section class="card" aria-label="Data sets">{{^isEmpty}}<div class="scroll" tabindex="0" role="region" aria-label="Data sets"><table><thead><tr><th scope="col">Data set</th><th scope="col">Version</th><th scope="col" class="num">Rows</th><th scope="col" class="num">Shards</th><th scope="col" class="num">Size</th><th scope="col">Licence</th><th scope="col">Tags</th><th scope="col">Digest</th><th scope="col">Made</th></tr></thead><tbody>
        {{#rows}}<tr><th scope="row"><a href="{{href}}">{{name}}</a></th><td>{{version}}</td><td class="num">{{rows}}</td><td class="num">{{shards}}</td><td class="num">{{size}}</td><td>{{licence}}</td><td>{{#tags}}<span class="tag">{{.}}</span>{{/tags}}</td><td>{{#digest}}{{>digest}}{{/digest}}</td><td class="nowrap muted">{{#when}}{{>moment}}{{/when}}</td></tr>
        {{/rows}}</tbody></table></div>{{/isEmpty}}{{#isEmpty}}<p class="note">No data set is registered yet. <code>aku data register --name NAME --from FOLDER</code> adds one.</p>{{/isEmpty}}</section>
        """#

    /// One data set version.
    static let dataset = #"""
        <dl class="facts">{{>facts}}</dl>
        {{#hasTags}}<p class="lede">{{#tags}}<span class="tag">{{.}}</span>{{/tags}}</p>{{/hasTags}}
        <section class="card" aria-labelledby="h-shards"><header><h2 id="h-shards">Shards</h2></header><div class="scroll" tabindex="0" role="region" aria-label="Shards"><table><thead><tr><th scope="col">File</th><th scope="col" class="num">Rows</th><th scope="col" class="num">Size</th><th scope="col">Digest</th></tr></thead><tbody>{{#shards}}<tr><th scope="row"><code>{{path}}</code></th><td class="num">{{rows}}</td><td class="num">{{size}}</td><td>{{#digest}}{{>digest}}{{/digest}}</td></tr>{{/shards}}</tbody></table></div></section>
        {{#hasProvenance}}<section class="card" aria-labelledby="h-prov"><header><h2 id="h-prov">Provenance</h2></header><table class="kv"><tbody>{{#provenance}}{{>fact-row}}{{/provenance}}</tbody></table></section>{{/hasProvenance}}
        """#

    /// The walk from an outcome back to its data.
    static let trace = #"""
        <p class="lede">Each step was caused by the one below it.</p>
        {{#hasGaps}}<div class="banner t-warn"><strong>The chain ends early.</strong><ul class="plain">{{#gaps}}<li>{{.}}</li>{{/gaps}}</ul></div>{{/hasGaps}}
        <section class="card" aria-label="Chain"><ol class="chain">{{#links}}<li><div class="kind">{{kind}}</div><h2>{{#titleHref}}<a href="{{titleHref}}">{{title}}</a>{{/titleHref}}{{^titleHref}}{{title}}{{/titleHref}}</h2>{{#digest}}<div>{{>digest}}</div>{{/digest}}<dl class="facts">{{>facts}}</dl></li>{{/links}}</ol></section>
        """#
}
