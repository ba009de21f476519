extension ConsoleTemplates {
    /// What is running, what ran last, and what needs a look.
    static let overview = #"""
        <div id="overview-facts" data-live><dl class="facts big">{{>facts}}</dl></div>
        <div id="overview-alerts" data-live>{{#hasAlerts}}<section class="card" aria-labelledby="h-alerts"><header><h2 id="h-alerts">Open alerts</h2></header><ul class="rows">
        {{#alerts}}<li>{{#badge}}{{>badge}}{{/badge}} <a href="{{href}}">{{endpoint}}</a> {{message}} <span class="muted">{{#when}}{{>moment}}{{/when}}</span></li>
        {{/alerts}}</ul></section>{{/hasAlerts}}</div>
        <section class="card" aria-labelledby="h-endpoints"><header><h2 id="h-endpoints">Endpoints</h2><a class="more" href="/endpoints">All endpoints</a></header>
        <div id="overview-endpoints" data-live>{{#hasEndpoints}}{{>endpoint-table}}{{/hasEndpoints}}{{^hasEndpoints}}<p class="note">Nothing is served yet. <code>aku endpoints deploy NAME --model MODEL@champion</code> starts an endpoint.</p>{{/hasEndpoints}}</div></section>
        <section class="card" aria-labelledby="h-runs"><header><h2 id="h-runs">Last pipeline runs</h2><a class="more" href="/pipelines">All pipelines</a></header>
        <div id="overview-runs" data-live>{{#hasPipelineRuns}}<div class="scroll" tabindex="0" role="region" aria-label="Last pipeline runs"><table>{{>run-head}}<tbody>{{#pipelineRuns}}{{>run-row}}{{/pipelineRuns}}</tbody></table></div>{{/hasPipelineRuns}}{{^hasPipelineRuns}}<p class="note">No pipeline has run yet. <code>aku pipelines run NAME</code> starts one.</p>{{/hasPipelineRuns}}</div></section>
        <section class="card" aria-labelledby="h-models"><header><h2 id="h-models">Champions and challengers</h2><a class="more" href="/models">All models</a></header>
        <div id="overview-models" data-live>{{#hasModels}}<div class="scroll" tabindex="0" role="region" aria-label="Champions and challengers"><table><thead><tr><th scope="col">Model</th><th scope="col">Champion</th><th scope="col">Challenger</th><th scope="col">Last check</th><th scope="col">Why</th></tr></thead><tbody>
        {{#models}}<tr><th scope="row"><a href="{{href}}">{{name}}</a></th><td>{{champion}}</td><td>{{challenger}}</td><td>{{#verdict}}{{>badge}}{{/verdict}}</td><td class="wrap">{{why}}</td></tr>
        {{/models}}</tbody></table></div>{{/hasModels}}{{^hasModels}}<p class="note">No model is registered yet.</p>{{/hasModels}}</div></section>
        <section class="card" aria-labelledby="h-events"><header><h2 id="h-events">Last events</h2><a class="more" href="/journal">The whole journal</a></header>
        <div id="overview-events" data-live>{{#hasEvents}}{{>event-table}}{{/hasEvents}}{{^hasEvents}}<p class="note">The journal is empty.</p>{{/hasEvents}}</div></section>
        """#

    /// Every endpoint.
    static let endpoints = #"""
        <section class="card" aria-label="Endpoints"><div id="endpoints" data-live>{{#hasEndpoints}}{{>endpoint-table}}{{/hasEndpoints}}{{^hasEndpoints}}<p class="note">Nothing is served yet. <code>aku endpoints deploy NAME --model MODEL@champion</code> starts an endpoint.</p>{{/hasEndpoints}}</div></section>
        """#
}
