extension ConsoleTemplates {
    /// Every pipeline.
    static let pipelines = #"""
        <section class="card" aria-label="Pipelines"><div id="pipelines" data-live>{{^isEmpty}}<div class="scroll" tabindex="0" role="region" aria-label="Pipelines"><table><thead><tr><th scope="col">Pipeline</th><th scope="col" class="num">Version</th><th scope="col">Last run</th><th scope="col">Tasks</th><th scope="col" class="num">Took</th><th scope="col">Started</th></tr></thead><tbody>
        {{#rows}}<tr><th scope="row" class="wrap"><a href="{{href}}">{{name}}</a><div class="muted">{{description}}</div></th><td class="num">{{version}}</td>{{#lastRun}}<td><a href="{{href}}">{{#badge}}{{>badge}}{{/badge}}</a></td><td><span class="strip" role="group" aria-label="{{cellWords}}">{{#cells}}<a class="t-{{tone}}" href="{{cellHref}}" title="{{words}}" aria-label="{{words}}"></a>{{/cells}}</span></td><td class="num">{{took}}</td><td class="nowrap muted">{{#when}}{{>moment}}{{/when}}</td>{{/lastRun}}{{^lastRun}}<td colspan="4" class="muted">never ran</td>{{/lastRun}}</tr>
        {{/rows}}</tbody></table></div>{{/isEmpty}}{{#isEmpty}}<p class="note">No pipeline is registered yet. <code>aku pipelines apply FILE.yaml</code> adds one.</p>{{/isEmpty}}</div></section>
        """#

    /// One pipeline.
    static let pipeline = #"""
        <p class="lede">{{description}} Version {{version}}.</p>
        <section class="card" aria-labelledby="h-runs"><header><h2 id="h-runs">Runs</h2></header><div id="pipeline-runs" data-live>{{^isEmpty}}<div class="scroll" tabindex="0" role="region" aria-label="Runs"><table>{{>run-head}}<tbody>{{#runs}}{{>run-row}}{{/runs}}</tbody></table></div>{{/isEmpty}}{{#isEmpty}}<p class="note">It has not run yet.</p>{{/isEmpty}}</div></section>
        {{#hasGraph}}<section class="card" aria-labelledby="h-graph"><header><h2 id="h-graph">Tasks, as the last run left them</h2></header><div class="scroll" id="pipeline-graph" data-live tabindex="0" role="region" aria-label="Graph">{{{graph}}}</div></section>{{/hasGraph}}
        """#

    /// One pipeline run.
    static let pipelineRun = #"""
        <div id="run-facts" data-live><dl class="facts"><div><dt>State</dt><dd>{{#badge}}{{>badge}}{{/badge}}</dd></div>{{>facts}}</dl></div>
        <div class="run-grid">
        {{#hasGraph}}<section class="card" aria-labelledby="h-graph"><header><h2 id="h-graph">Graph</h2></header><div id="run-graph" data-live><div class="scroll" tabindex="0" role="region" aria-label="Graph">{{{graph}}}</div></div></section>{{/hasGraph}}
        <div>
        <section class="card" aria-labelledby="h-tasks"><header><h2 id="h-tasks">Tasks</h2></header><div id="run-tasks" data-live><div class="scroll" tabindex="0" role="region" aria-label="Tasks"><table><thead><tr><th scope="col">State</th><th scope="col">Task</th><th scope="col" class="num">Took</th><th scope="col">Outputs</th><th scope="col">Identity</th></tr></thead><tbody>
        {{#tasks}}<tr id="{{anchor}}"><td>{{#badge}}{{>badge}}{{/badge}}</td><th scope="row" class="wrap task"><a href="{{logHref}}" title="Its log">{{name}}</a>{{#attempt}}<div class="muted nowrap">{{attempt}}</div>{{/attempt}}{{#cachedHref}}<div><a class="muted nowrap" href="{{cachedHref}}">from this run</a></div>{{/cachedHref}}</th><td class="num">{{took}}</td><td>{{#outputs}}<div class="nowrap">{{output}} {{#digest}}{{>digest}}{{/digest}} <span class="muted">{{size}}</span></div>{{/outputs}}</td><td>{{#identity}}<span title="{{full}}">{{{mark}}}<span class="visually">{{short}}</span></span>{{/identity}}</td></tr>{{#note}}<tr class="note"><td></td><td colspan="4">{{note}}</td></tr>{{/note}}
        {{/tasks}}</tbody></table></div></div></section>
        {{#hasTimeline}}<section class="card" aria-labelledby="h-time"><header><h2 id="h-time">Time</h2></header><div id="run-time" data-live class="pad"><div class="scroll" tabindex="0" role="region" aria-label="Time">{{{timeline}}}</div></div></section>{{/hasTimeline}}
        </div></div>
        <section class="card" id="log" aria-labelledby="h-log"><header><h2 id="h-log">Log{{#logTask}} of {{logTask}}{{/logTask}}</h2></header><div id="run-log" data-live>{{#log}}{{#logIsCut}}<p class="note">Only the end is shown.</p>{{/logIsCut}}<pre tabindex="0" data-tail aria-label="Log">{{log}}</pre>{{/log}}{{^log}}<p class="note">No log yet; a task's name above leads to its own.</p>{{/log}}</div></section>
        {{#hasParameters}}<section class="card" aria-labelledby="h-params"><header><h2 id="h-params">Parameters</h2></header><table class="kv"><tbody>{{#parameters}}{{>fact-row}}{{/parameters}}</tbody></table></section>{{/hasParameters}}
        """#
}
