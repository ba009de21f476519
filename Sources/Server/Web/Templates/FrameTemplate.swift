extension ConsoleTemplates {
    /// The frame around every page: landmarks, navigation, head, and the sprite of glyphs.
    static let frame = #"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>{{title}} · Aku</title>
        <link rel="stylesheet" href="{{stylePath}}">
        <link rel="icon" href="{{iconPath}}" type="image/svg+xml">
        <script src="{{scriptPath}}" defer></script>
        </head>
        <body{{#refreshSeconds}} data-refresh="{{.}}"{{/refreshSeconds}}>
        <a class="skip" href="#content">Skip to the content</a>
        <svg class="sprite" width="0" height="0" aria-hidden="true" focusable="false">
        <symbol id="g-ok" viewBox="0 0 16 16"><path class="glyph" d="M3 8.5l3.2 3.2L13 4.8"/></symbol>
        <symbol id="g-bad" viewBox="0 0 16 16"><path class="glyph" d="M4 4l8 8M12 4l-8 8"/></symbol>
        <symbol id="g-warn" viewBox="0 0 16 16"><path class="glyph" d="M8 2.5L14 13H2zM8 6.5v3M8 11.2v.1"/></symbol>
        <symbol id="g-live" viewBox="0 0 16 16"><path class="glyph" d="M13.5 8A5.5 5.5 0 1 1 8 2.5"/></symbol>
        <symbol id="g-cached" viewBox="0 0 16 16"><path class="glyph" d="M3 4.5h10M3 8h10M3 11.5h10"/></symbol>
        <symbol id="g-idle" viewBox="0 0 16 16"><circle class="glyph" cx="8" cy="8" r="4.5"/></symbol>
        </svg>
        <div class="frame">
        <header class="rail">
        <a class="brand" href="/"><svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true"><path d="M1 10.5h3v4H1zM6.5 6h3v8.5h-3zM12 1.5h3v13h-3z"/></svg>Aku</a>
        <nav aria-label="Main"><ul>{{#links}}<li><a href="{{href}}"{{#here}} aria-current="page"{{/here}}>{{word}}</a></li>{{/links}}</ul></nav>
        <div class="who">{{who}}{{#canSignOut}}<form method="post" action="/logout"><button>Sign out</button></form>{{/canSignOut}}</div>
        </header>
        <main id="content" tabindex="-1">
        {{#hasCrumbs}}<nav class="crumbs" aria-label="Breadcrumb">{{#crumbs}}<a href="{{href}}">{{word}}</a><span aria-hidden="true">/</span>{{/crumbs}}</nav>{{/hasCrumbs}}
        <div class="head"><h1>{{heading}}</h1>{{#refreshSeconds}}<span class="fresh" data-fresh><a href="">Reload</a></span>{{/refreshSeconds}}</div>
        {{{body}}}
        </main>
        </div>
        </body>
        </html>
        """#

    /// A state: glyph, word and colour.
    static let badge = #"""
        <span class="badge t-{{tone}}"><svg aria-hidden="true"><use href="#g-{{tone}}"/></svg>{{word}}</span>
        """#
}
