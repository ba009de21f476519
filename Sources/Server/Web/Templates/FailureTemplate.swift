extension ConsoleTemplates {
    /// What went wrong and what to do.
    static let failure = #"""
        <div class="banner t-{{tone}}" role="alert"><strong>{{message}}</strong>{{#nextStep}}<br>{{nextStep}}{{/nextStep}}</div>
        <dl class="facts"><div><dt>Code</dt><dd><code>{{code}}</code></dd></div>{{#details}}<div><dt>{{name}}</dt><dd><code>{{value}}</code></dd></div>{{/details}}</dl>
        <p><a href="/">Go to the overview</a></p>
        """#

    /// The form that takes a token.
    static let signIn = #"""
        {{#problem}}<div class="banner t-bad" role="alert"><strong>{{problem}}</strong></div>{{/problem}}
        <section class="card"><div class="pad"><form class="sign" method="post" action="/login">
        <div><label for="token">Access token</label><input id="token" name="token" type="password" autocomplete="current-password" required autofocus></div>
        <div><button>Sign in</button></div>
        <p class="muted">The token is kept in a cookie that scripts cannot read and that opens pages only. <code>aku up</code> prints where the administrator's token is kept.</p>
        </form></div></section>
        """#
}
