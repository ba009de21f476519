extension ConsoleTemplates {
    /// The journal.
    static let journal = #"""
        <div id="journal-head" data-live><dl class="facts">{{#size}}<div><dt>Entries</dt><dd>{{size}}</dd></div>{{/size}}{{#root}}<div><dt>Tree head</dt><dd>{{>digest}}</dd></div><div><dt>Signature</dt><dd>{{signedBy}}</dd></div>{{/root}}</dl></div>
        <section class="card" aria-label="Entries"><form class="filter" method="get" action="/journal"><div><label for="kind">Kind begins with</label><input id="kind" type="text" name="kind" value="{{kind}}" placeholder="pipeline." list="kinds"><datalist id="kinds"><option>pipeline.</option><option>run.</option><option>model.</option><option>endpoint.</option><option>drift.</option><option>dataset.</option></datalist></div><div><label for="subject">Subject</label><input id="subject" type="text" name="subject" value="{{subject}}" placeholder="endpoint/intent"></div><button>Show</button></form>
        <div id="journal-entries" data-live>{{^isEmpty}}{{>journal-table}}{{/isEmpty}}{{#isEmpty}}<p class="note">No entry matches.</p>{{/isEmpty}}</div>
        <nav class="pager" id="journal-pages" data-live aria-label="Pages">{{#newestHref}}<a href="{{newestHref}}" rel="first">Newest</a>{{/newestHref}}{{#olderHref}}<a href="{{olderHref}}" rel="next">Older</a>{{/olderHref}}</nav></section>
        """#

    /// One entry.
    static let journalEntry = #"""
        <dl class="facts">{{>facts}}<div><dt>Leaf hash</dt><dd>{{#leaf}}{{>digest}}{{/leaf}}</dd></div></dl>
        <section class="card" aria-labelledby="h-body"><header><h2 id="h-body">Body</h2></header><pre tabindex="0" aria-label="Body">{{body}}</pre></section>
        {{#previousHref}}<p><a href="{{previousHref}}" rel="prev">The entry before</a></p>{{/previousHref}}
        """#
}
