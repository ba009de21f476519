extension ConsoleAsset {
    /// The console's only style sheet. Colours carry meaning: state (ok, bad, warn, live, cached, idle) and nothing else;
    /// `WebStyleTests` computes the contrast of every pair that carries text (WCAG 2.2 §1.4.3, at least 4.5).
    static let styleText = #"""
        :root{color-scheme:light dark;
        --bg:#eef1f4;--surface:#ffffff;--sunk:#f5f7f9;--ink:#17212b;--muted:#51606e;--line:#d3dae1;--strong:#7b8a99;
        --ok:#17713f;--bad:#b3261e;--warn:#865300;--live:#1a5bb8;--cached:#6a48a3;--idle:#5a6875;
        --ok-bg:#e4f3ea;--bad-bg:#fbe9e7;--warn-bg:#fbf0dc;--live-bg:#e5eefa;--cached-bg:#efe9f8;--idle-bg:#eceff2;
        --s0:#1a5bb8;--s1:#a8500f;--s2:#17713f;--s3:#8a3a8f;--s4:#51606e;--s5:#9a2a3c;--s6:#00707a;--s7:#75600a;
        --r0:#4b3fa0;--r1:#2a66ad;--r2:#1b7580;--r3:#2c7d4a;--r4:#7a7013;--r5:#a85a10;--r6:#b3261e;
        --sans:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif;
        --mono:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono","DejaVu Sans Mono",monospace}
        @media (prefers-color-scheme:dark){:root{
        --bg:#0e141a;--surface:#161e26;--sunk:#121920;--ink:#e2e8ee;--muted:#9fadba;--line:#2b3743;--strong:#61707f;
        --ok:#63cf95;--bad:#ff938a;--warn:#e6b65a;--live:#86b9ff;--cached:#c3abf4;--idle:#9fadba;
        --ok-bg:#14301f;--bad-bg:#3a1a18;--warn-bg:#33270f;--live-bg:#142a45;--cached-bg:#2a2140;--idle-bg:#222c36;
        --s0:#86b9ff;--s1:#f0a868;--s2:#63cf95;--s3:#dd9be2;--s4:#9fadba;--s5:#ff97a8;--s6:#5fd0d8;--s7:#d9c25f;
        --r0:#a99bff;--r1:#7fb2f5;--r2:#5cc4cf;--r3:#6fce8f;--r4:#cdc65a;--r5:#f0a860;--r6:#ff8f85}}
        *{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%;scroll-padding-top:16px}
        body{margin:0;background:var(--bg);color:var(--ink);font:14px/1.5 var(--sans);font-variant-numeric:tabular-nums}
        a{color:inherit;text-decoration-color:var(--strong);text-underline-offset:2px}
        a:hover{text-decoration-color:currentColor;text-decoration-thickness:2px}
        :focus-visible{outline:2px solid var(--live);outline-offset:2px;border-radius:2px}
        h1,h2,h3,p,dl,dd,ul,ol,figure{margin:0;padding:0}
        h1{font-size:20px;line-height:1.25;font-weight:650;letter-spacing:-.01em;overflow-wrap:anywhere}
        h2{font-size:14px;line-height:1.4;font-weight:650}
        h3{font-size:13px;font-weight:600;color:var(--muted)}
        code,.mono{font:12.5px/1.5 var(--mono);overflow-wrap:anywhere}
        .muted{color:var(--muted)} .num{text-align:right;white-space:nowrap} .nowrap{white-space:nowrap}
        .skip{position:absolute;left:-999px;top:0;background:var(--surface);padding:8px 12px;z-index:9}
        .skip:focus{left:8px;top:8px}
        .sprite{position:absolute}
        .visually{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}

        .frame{display:grid;grid-template-columns:184px minmax(0,1fr);min-height:100vh}
        .rail{background:var(--surface);border-right:1px solid var(--line);padding:16px 0;display:flex;flex-direction:column;gap:16px}
        .rail nav{position:sticky;top:16px}
        .brand{display:flex;align-items:center;gap:9px;padding:0 16px;font-weight:700;font-size:17px;letter-spacing:-.01em;text-decoration:none}
        .brand svg{fill:var(--ink);flex:none}
        .rail ul{list-style:none}
        .rail li a{display:flex;justify-content:space-between;padding:6px 16px;text-decoration:none;border-left:3px solid transparent;color:var(--muted)}
        .rail li a:hover{color:var(--ink);background:var(--sunk)}
        .rail li a[aria-current]{color:var(--ink);font-weight:600;border-left-color:var(--ink);background:var(--sunk)}
        .rail .who{padding:12px 16px 0;border-top:1px solid var(--line);font-size:12px;color:var(--muted);overflow-wrap:anywhere}
        .rail .who button{font:inherit;color:inherit;background:none;border:0;padding:0;text-decoration:underline;cursor:pointer}
        main{padding:20px 24px 40px;min-width:0;max-width:1480px}
        .crumbs{font-size:12.5px;color:var(--muted);margin-bottom:4px;display:flex;flex-wrap:wrap;gap:0 6px}
        .crumbs a{color:inherit} .crumbs span:last-child{display:none}
        .head{display:flex;flex-wrap:wrap;align-items:center;gap:6px 12px;margin-bottom:14px}
        .head .fresh{margin-left:auto}
        .fresh{display:inline-flex;align-items:center;gap:8px;font-size:12px;color:var(--muted);min-height:26px}
        .fresh button{font:12px/1 var(--sans);padding:5px 9px;border:1px solid var(--line);background:var(--surface);color:var(--ink);border-radius:3px;cursor:pointer}
        .lede{color:var(--muted);margin:-8px 0 14px;max-width:78ch;overflow-wrap:anywhere}
        .lede:empty{display:none}
        .plain{list-style:none} .plain li+li{margin-top:2px}
        .facts{display:flex;flex-wrap:wrap;gap:10px 28px;margin:0 0 16px}
        .facts dt{font-size:12px;color:var(--muted)} .facts dd{font-weight:550;overflow-wrap:anywhere}
        .facts.big dd{font-size:19px;line-height:1.3;font-weight:600;letter-spacing:-.01em}
        section.card,.card{background:var(--surface);border:1px solid var(--line);border-radius:4px;margin:0 0 16px;min-width:0}
        .card>header{display:flex;flex-wrap:wrap;align-items:center;gap:4px 12px;padding:9px 14px;border-bottom:1px solid var(--line)}
        .card>header .more{margin-left:auto;font-size:12.5px}
        .card .pad{padding:12px 14px}
        .card .pad>.facts:last-child,.card .pad>.facts+p{margin-bottom:0}
        .card .note{padding:10px 14px;color:var(--muted)}
        .scroll{position:relative;overflow-x:auto;overscroll-behavior-x:contain}
        .grid2{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,400px),1fr));gap:0 16px;align-items:start}
        .run-grid{display:grid;grid-template-columns:minmax(260px,auto) minmax(0,1fr);gap:0 16px;align-items:start}
        .plots{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,380px),1fr));gap:0}
        .plots figure{padding:10px 14px 12px;border-bottom:1px solid var(--line);min-width:0}
        figcaption{display:flex;flex-wrap:wrap;gap:0 10px;align-items:baseline;font-size:13px;font-weight:600;overflow-wrap:anywhere}
        figcaption .last{margin-left:auto;font-weight:500;color:var(--muted)}

        table{border-collapse:collapse;width:100%;font-size:13px}
        th{font-weight:600;color:var(--muted);text-align:left;font-size:12px;white-space:nowrap}
        th,td{padding:6px 12px;border-bottom:1px solid var(--line);vertical-align:top}
        th.num,td.num{text-align:right}
        tbody tr:last-child>*{border-bottom:0}
        tbody tr:hover{background:var(--sunk)}
        tbody th{color:var(--ink);font-size:13px;font-weight:550}
        tbody tr:target{background:var(--live-bg)}
        td.wrap,th.wrap{white-space:normal;overflow-wrap:anywhere;min-width:22ch}
        th.task{min-width:12ch}
        td.what{width:50%;max-width:0;min-width:30ch;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
        tr.note td{border-top:0;padding-top:0;color:var(--bad);overflow-wrap:anywhere} tr:has(+tr.note)>*{border-bottom:0}
        table.kv{table-layout:fixed} table.kv th{white-space:normal;width:34%;color:var(--muted);font-weight:500;overflow-wrap:anywhere}
        table.kv td{overflow-wrap:anywhere}

        .badge{display:inline-flex;align-items:center;gap:5px;font-size:12.5px;font-weight:600;white-space:nowrap;border-radius:3px;padding:0 7px 0 4px;line-height:21px}
        th .muted{font-weight:400}
        .badge svg{width:14px;height:14px;flex:none}
        .t-ok{--c:var(--ok);--cb:var(--ok-bg)} .t-bad{--c:var(--bad);--cb:var(--bad-bg)} .t-warn{--c:var(--warn);--cb:var(--warn-bg)}
        .t-live{--c:var(--live);--cb:var(--live-bg)} .t-cached{--c:var(--cached);--cb:var(--cached-bg)} .t-idle{--c:var(--idle);--cb:var(--idle-bg)}
        .badge{color:var(--c);background:var(--cb)}
        a.tag{text-decoration:none} a.tag:hover{border-color:var(--ink)}
        .tag{display:inline-block;border:1px solid var(--strong);border-radius:3px;padding:0 6px;font-size:12px;line-height:19px;white-space:nowrap;margin:0 3px 3px 0}
        .banner{border-left:4px solid var(--c);background:var(--cb);padding:9px 14px;margin:0 0 16px;overflow-wrap:anywhere;border-radius:2px}
        .banner strong{color:var(--c)}
        .digest{white-space:nowrap} .mark-digest{fill:var(--muted);vertical-align:-1px;margin-right:5px}
        .strip{display:inline-flex;gap:2px;vertical-align:middle}
        .strip a{display:block;width:11px;height:16px;background:var(--c);border-radius:1px}
        .strip a.t-idle{opacity:.55}

        svg.chart{display:block;width:100%;height:auto;max-width:620px;overflow:visible}
        svg.timeline{min-width:520px;max-width:900px}
        svg text{font-family:var(--sans);fill:var(--ink)}
        svg .tick{font-size:11px;fill:var(--muted)} svg .label{font-size:12px;fill:var(--muted)}
        .grid path{stroke:var(--line);fill:none;shape-rendering:crispEdges}
        .line{fill:none;stroke-width:1.6;stroke-linejoin:round;stroke-linecap:round}
        .s0{--k:var(--s0)} .s1{--k:var(--s1)} .s2{--k:var(--s2)} .s3{--k:var(--s3)} .s4{--k:var(--s4)} .s5{--k:var(--s5)}
        .k0{--k:var(--s0)} .k1{--k:var(--s1)} .k2{--k:var(--s2)} .k3{--k:var(--s3)} .k4{--k:var(--s4)} .k5{--k:var(--s5)} .k6{--k:var(--s6)} .k7{--k:var(--s7)}
        .r0{--k:var(--r0)} .r1{--k:var(--r1)} .r2{--k:var(--r2)} .r3{--k:var(--r3)} .r4{--k:var(--r4)} .r5{--k:var(--r5)} .r6{--k:var(--r6)}
        .curve{fill:none;stroke:var(--k);stroke-width:1.6;stroke-linejoin:round;stroke-linecap:round}
        .curve.raw{opacity:.3;stroke-width:1} .curve.d1{stroke-dasharray:7 3} .curve.d2{stroke-dasharray:2 3} .curve.d3{stroke-dasharray:9 3 2 3}
        .dot,.hit circle[class]{fill:var(--k)} .gone{fill:none;stroke:var(--k);stroke-width:1.4}
        .ramp path{stroke:var(--k);stroke-width:8}
        [data-run]:hover .curve,[data-run].lit .curve{stroke-width:3.2} a[data-run]:focus-visible{outline:none}
        a[data-run]:focus-visible .curve{stroke-width:3.6} a[data-run]:focus-visible circle,a[data-run]:hover circle,a[data-run].lit circle{stroke:var(--ink);stroke-width:2}
        .dimmed [data-run]:not(.lit) .curve{opacity:.18} .dimmed [data-run]:not(.lit) .dot{opacity:.25}
        .parallel{display:block;max-width:none} .parallel .axis path{stroke:var(--strong);stroke-width:1;fill:none} .parallel .curve{opacity:.85}
        .parallel .name{font-size:12px;font-weight:600} .halo{paint-order:stroke;stroke:var(--surface);stroke-width:3px;stroke-linejoin:round}
        .parallel .tick.halo{fill:var(--ink)}
        .scatter .dot{stroke:var(--surface);stroke-width:1}
        .key{display:inline-block;min-width:20px;padding:0 4px;text-align:center;font-size:11.5px;font-weight:650;line-height:17px;border-radius:3px;color:var(--surface);background:var(--k)}
        .legend.runs{gap:3px 12px;margin:0 0 0 auto;max-height:66px;overflow:auto} .legend.runs li{white-space:nowrap;max-width:210px;overflow:hidden;text-overflow:ellipsis}
        .line{stroke:var(--k)} circle.s0,circle.s1,circle.s2,circle.s3,circle.s4,circle.s5{fill:var(--k)}
        .line.s1{stroke-dasharray:6 2} .line.s2{stroke-dasharray:2 2} .line.s4{stroke-dasharray:8 3 2 3}
        .threshold path{stroke:var(--bad);stroke-width:1.2;stroke-dasharray:5 4;fill:none}
        .mark path{stroke:var(--c);stroke-width:1.4;fill:none}
        .hit rect{fill:transparent} .hit circle{opacity:0;stroke:var(--surface);stroke-width:1.5}
        .hit:hover rect{fill:var(--ink);fill-opacity:.06} .hit:hover circle{opacity:1}
        .spark{display:inline-block;vertical-align:middle;width:96px;height:20px} .spark .base{stroke:var(--line)}
        .bars .reference{fill:none;stroke:var(--strong);stroke-width:1} .bars .current{fill:var(--s0)}
        .legend{display:flex;flex-wrap:wrap;gap:2px 14px;font-size:12px;color:var(--muted);list-style:none;margin-top:2px}
        .legend svg{width:22px;height:8px;vertical-align:1px;margin-right:4px}
        .legend .reference{fill:none;stroke:var(--strong)} .legend .current{fill:var(--s0)}
        .timeline .bar rect,.runs-grid a rect{fill:var(--c)} .runs-grid a.t-idle rect{opacity:.45}
        .runs-grid a:hover rect{stroke:var(--ink);stroke-width:1.2} .runs-grid a:focus-visible{outline:none} .runs-grid a:focus-visible rect{stroke:var(--live);stroke-width:2.5}
        svg.runs-grid{width:auto;height:auto;max-width:none;display:block}
        .timeline .bar.t-live rect{fill:var(--live)}

        svg.graph{display:block;max-width:none}
        .graph a{text-decoration:none}
        .graph .node rect{fill:var(--cb);stroke:var(--c);stroke-width:1.2}
        .graph .node use{color:var(--c);fill:none;stroke:var(--c)}
        .graph .node:hover rect{stroke-width:2.2}
        .graph .node:focus-visible{outline:none} .graph .node:focus-visible rect{stroke:var(--live);stroke-width:3}
        .lineage .node rect{fill:var(--sunk);stroke:var(--strong)} .lineage .subject rect{fill:var(--surface);stroke:var(--ink);stroke-width:2}
        .graph .name{font-size:13px;font-weight:600} .graph .detail{font-size:11px;fill:var(--muted)}
        .graph .t-cached rect{stroke-dasharray:4 3}
        .edge{fill:none;stroke:var(--strong);stroke-width:1.3} .tip{fill:var(--strong)}
        .glyph{fill:none;stroke:currentColor;stroke-width:1.8;stroke-linecap:round;stroke-linejoin:round}

        pre{margin:0;padding:12px 14px;font:12px/1.55 var(--mono);background:var(--sunk);overflow:auto;max-height:420px;white-space:pre;tab-size:4}
        details>summary{cursor:pointer;padding:8px 14px;font-weight:550}
        form.filter,div.filter{display:flex;flex-wrap:wrap;gap:8px;align-items:end;padding:10px 14px;border-bottom:1px solid var(--line)}
        form.filter label,div.filter label,form.sign label{display:block;font-size:12px;color:var(--muted)}
        form.filter .wide{flex:1 1 260px;min-width:0}
        input,select,form button{font:13px/1.4 var(--sans);color:var(--ink);background:var(--surface);border:1px solid var(--strong);border-radius:3px;padding:5px 9px;max-width:100%}
        input[type=text],input[type=password]{width:100%} form.filter input[type=text]{font-family:var(--mono)}
        div.filter>button{font:13px/1.4 var(--sans);border:1px solid;border-radius:3px;padding:5px 9px}
        form.filter button,div.filter>button,form.sign button{background:var(--ink);color:var(--surface);border-color:var(--ink);font-weight:600;cursor:pointer}
        form.filter .problem{flex:1 1 100%;color:var(--c);font-weight:550;overflow-wrap:anywhere;margin:-2px 0 2px}
        input[aria-invalid]{border-color:var(--bad);box-shadow:0 0 0 1px var(--bad)}
        .filter details.columns{flex:0 0 auto;font-size:13px} .filter details.columns[open]{flex:1 1 100%}
        details.act>summary{padding:10px 14px;font-weight:600;cursor:pointer} form.act{padding:4px 0 10px}
        details.columns>summary,details.save>summary{padding:4px 0;color:var(--muted)}
        details.columns[open]>summary{color:var(--ink)}
        .choices{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,200px),1fr));gap:10px 18px;padding:6px 0 8px}
        .choices.help{display:block;color:var(--muted);max-width:80ch} .choices.help li{margin-top:4px}
        .choices fieldset{border:0;margin:0;padding:0;min-width:0;max-height:260px;overflow:auto}
        .choices legend{font-size:12px;font-weight:600;color:var(--muted);padding:0 0 2px}
        .filter .choices label,.filter .ticks label{display:flex;gap:7px;align-items:baseline;font-size:13px;color:var(--ink);padding:2px 0;overflow-wrap:anywhere}
        .ticks{display:flex;gap:12px;padding-bottom:4px} .small{font-size:12px}
        .choices fieldset:only-child{grid-column:1/-1;display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,200px),1fr));gap:0 18px}
        .tall{max-height:70vh;overflow:auto} .tall thead th,.tall thead td{position:sticky;top:0;background:var(--surface);z-index:2} .tall thead .stick{z-index:3}
        table.compare td.diff{background:var(--warn-bg)} table.compare td.num{max-width:240px;overflow:hidden;text-overflow:ellipsis} table.compare thead a{text-decoration:none}
        table.compare td.num,table.compare th.num{min-width:110px} .extreme{color:var(--muted);font-size:10px}
        .views{display:flex;flex-wrap:wrap;align-items:flex-start;gap:4px 16px;margin:-4px 0 12px;font-size:13px}
        .views ul{list-style:none;display:flex;flex-wrap:wrap;gap:6px;flex:1 1 200px;min-width:0}
        .views li a{display:block;max-width:240px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;border:1px solid var(--line);background:var(--surface);border-radius:3px;padding:2px 9px;text-decoration:none}
        .views li a:hover{border-color:var(--strong)} .views li a[aria-current]{border-color:var(--ink);font-weight:600}
        details.save[open]{flex:1 1 100%} details.save .panel{background:var(--surface);border:1px solid var(--line);border-radius:4px;padding:10px 14px;display:grid;gap:10px}
        .panel label{font-size:12px;color:var(--muted)} .line{display:flex;gap:8px;max-width:440px} .line input{flex:1;min-width:0}
        form.drop{display:flex;flex-wrap:wrap;gap:6px;align-items:baseline} form.drop button,.line button,form.bar button{cursor:pointer}
        form.drop button{max-width:220px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
        form.bar{display:flex;flex-wrap:wrap;align-items:center;gap:6px 12px;padding:8px 14px;border-bottom:1px solid var(--line);font-size:13px}
        form.bar .more{margin-left:auto} form.bar button{font-weight:600} form.bar button:disabled{opacity:.5;cursor:default}
        table.runs td,table.runs tbody th{white-space:nowrap} table.runs td.clip{max-width:240px;overflow:hidden;text-overflow:ellipsis}
        table.runs thead a{text-decoration:none} table.runs thead a:hover{text-decoration:underline} table.runs th[aria-sort]{color:var(--ink)}
        td.none{color:var(--muted)}
        td.pick{width:1px;padding-right:0} td.pick input{margin:0;vertical-align:-2px;width:15px;height:15px}
        .stick{position:sticky;left:0;background:var(--surface);z-index:1} tbody tr:hover .stick{background:var(--sunk)}
        table.runs .stick{max-width:300px;overflow:hidden;text-overflow:ellipsis}
        tbody tr:has(input:checked)>*{background:var(--live-bg)}
        .pager:empty{display:none}
        .pager{display:flex;gap:16px;padding:10px 14px;border-top:1px solid var(--line)}
        .files{display:grid;grid-template-columns:minmax(220px,320px) minmax(0,1fr);gap:0 16px;align-items:start}
        .tree{list-style:none;padding:6px 0} .tree li{display:flex;gap:10px;align-items:baseline;justify-content:space-between;padding:0 14px 0 0;font-size:13px}
        .tree a{flex:1;min-width:0;overflow-wrap:anywhere;text-decoration:none;padding:4px 0 4px 14px;border-left:3px solid transparent} .tree a:hover{text-decoration:underline}
        .tree a[aria-current]{border-left-color:var(--ink);font-weight:600;background:var(--sunk)} .tree .muted{white-space:nowrap;font-size:12px}
        .tree .in1 a{padding-left:30px} .tree .in2 a{padding-left:46px} .tree .in3 a{padding-left:62px} .tree .in4 a{padding-left:78px} .tree .in5 a,.tree .in6 a{padding-left:94px}
        .look h2{overflow-wrap:anywhere;min-width:0} .look .meta{display:flex;flex-wrap:wrap;gap:4px 16px;padding-bottom:8px;color:var(--muted);font-size:13px} .look .note{padding-top:0}
        .picture{background:repeating-conic-gradient(var(--sunk) 0 25%,var(--surface) 0 50%) 0 0/20px 20px} .picture img{display:block;max-width:100%;height:auto}
        pre.whole{max-height:76vh} .document{max-width:78ch;display:grid;gap:10px;overflow-wrap:anywhere} .document>*{min-width:0}
        .document h3{font-size:17px;color:var(--ink)} .document h4{font-size:15px;color:var(--ink);margin:6px 0 0} .document h5,.document h6{font-size:13.5px;margin:4px 0 0}
        .document ul,.document ol{padding-left:22px} .document .in1{margin-left:20px} .document .in2,.document .in3{margin-left:40px} .document blockquote{margin:0;padding-left:12px;border-left:3px solid var(--line);color:var(--muted)}
        .document hr{width:100%;border:0;border-top:1px solid var(--line)} .document table{width:auto}
        .chain{list-style:none;position:relative;padding:6px 14px 6px 40px}
        .chain>li{position:relative;padding:8px 0 12px}
        .chain>li::before{content:"";position:absolute;left:-22px;top:14px;width:11px;height:11px;border:2px solid var(--ink);background:var(--surface);border-radius:50%}
        .chain>li::after{content:"";position:absolute;left:-16px;top:27px;bottom:-14px;width:2px;background:var(--strong)}
        .chain>li:last-child::after{display:none}
        .chain .facts{margin:4px 0 0} .chain .facts dd{font-weight:500}
        .chain .kind{font-size:12px;color:var(--muted)}
        .sign{max-width:400px;display:grid;gap:12px}
        .rows{list-style:none} .rows li{padding:8px 14px;border-bottom:1px solid var(--line)} .rows li:last-child{border-bottom:0}
        .foot{color:var(--muted);font-size:12px;padding-top:8px;overflow-wrap:anywhere}

        @keyframes turn{to{transform:rotate(360deg)}}
        @media (prefers-reduced-motion:no-preference){.badge.t-live svg{animation:turn 2.4s linear infinite}}
        @media (max-width:900px){.files{grid-template-columns:minmax(0,1fr)}}
        @media (max-width:1080px){.run-grid{grid-template-columns:minmax(0,1fr)}}
        @media (max-width:760px){
        .frame{grid-template-columns:minmax(0,1fr);grid-template-rows:auto 1fr}
        .rail nav{position:static} .rail{flex-direction:row;flex-wrap:wrap;align-items:center;gap:4px 8px;padding:10px 12px 6px;border-right:0;border-bottom:1px solid var(--line)}
        .brand{padding:0 4px} .rail nav{order:3;width:100%;overflow-x:auto} .rail ul{display:flex}
        .rail li a{padding:7px 9px;border-left:0;border-bottom:3px solid transparent;white-space:nowrap}
        .rail li a[aria-current]{border-bottom-color:var(--ink);background:none}
        .rail .who{margin:0 0 0 auto;padding:0 4px;border:0}
        svg.chart .tick,svg.chart .label{font-size:13.5px} table.runs .stick{max-width:150px} .filter details.columns{flex:1 1 40%} .legend.runs{margin:0}
        main{padding:14px 12px 32px} th,td{padding:6px 10px} .head .fresh{margin-left:0}
        .card>header,.card .pad,.card .note,.plots figure{padding-left:12px;padding-right:12px}}
        @media print{.rail,.fresh,.skip{display:none}.frame{display:block}}
        """#
}
