/**
 * How the report looks: system fonts, light and dark, narrow and wide, on paper. Hues are those of
 * Okabe and Ito (Color Universal Design, 2008), lightened for dark; no meaning hangs on colour alone.
 */
export const stylesheet = `
:root{
  --paper:#fbfaf7;--card:#fff;--ink:#1c1d21;--quiet:#5f6169;--line:#e2dfd8;--soft:#f1eee7;
  --accent:#0a5ea8;--accent-rgb:10,94,168;--accent-ink:#fff;
  --wrong:#b03a00;--wrong-rgb:213,94,0;--wrong-soft:#fdeee2;--unknown:#6d5300;--unknown-soft:#f8f0d2;--right:#0a5ea8;
  --hue-0:#0072b2;--hue-1:#d55e00;--hue-2:#009e73;--hue-3:#b8568f;--hue-4:#a47700;--hue-5:#3a9bd6;--hue-6:#54565e;
  --serif:"Iowan Old Style","Palatino Linotype",Palatino,"Book Antiqua",Charter,Georgia,serif;
  --sans:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans",sans-serif;
  --mono:ui-monospace,SFMono-Regular,"Cascadia Mono",Menlo,Consolas,monospace;
  --radius:10px;color-scheme:light dark}
@media (prefers-color-scheme:dark){:root{
  --paper:#131418;--card:#1b1d23;--ink:#e9e7e2;--quiet:#a0a2ab;--line:#30323a;--soft:#22242b;
  --accent:#7dbcf5;--accent-rgb:80,160,230;--accent-ink:#0c1620;
  --wrong:#ff9d5c;--wrong-rgb:240,120,40;--wrong-soft:#3a2415;--unknown:#e6c65a;--unknown-soft:#35301a;--right:#7dbcf5;
  --hue-0:#4aa3df;--hue-1:#f08a3c;--hue-2:#2fc79b;--hue-3:#dd8fbd;--hue-4:#e0b13a;--hue-5:#8ed0f7;--hue-6:#b6b8c0}}
*{box-sizing:border-box}
[hidden]{display:none!important}
html{scroll-behavior:smooth;scroll-padding-top:64px;-webkit-text-size-adjust:100%}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}*{transition:none!important}}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 var(--sans);font-variant-numeric:tabular-nums}
.top,nav ul,main,footer{max-width:1180px;margin-inline:auto;padding-inline:clamp(16px,4vw,40px)}
h1,h2,h3{overflow-wrap:anywhere;font-family:var(--serif);font-weight:600;line-height:1.15;letter-spacing:-.01em;text-wrap:balance;margin:0}
h1{font-size:clamp(2rem,5.5vw,3.4rem);max-width:22ch}
h2{font-size:clamp(1.5rem,3vw,2rem)}
h3{font-size:1.15rem;margin:36px 0 10px}
p{margin:0}ul,ol,dl,dd,figure{margin:0;padding:0}ul,ol{list-style:none}
img{display:block;max-width:100%;height:auto}
a{color:var(--accent)}
.quiet,.file{color:var(--quiet);font-size:.875rem}
.file{overflow-wrap:anywhere}
.name{overflow-wrap:anywhere}
.hidden,.skip:not(:focus){position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.skip:focus{position:fixed;top:8px;left:8px;z-index:9;background:var(--card);padding:8px 12px;border-radius:8px}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:4px}
button,input{font:inherit;color:inherit}

.top{padding-block:clamp(28px,6vw,64px) 28px}
.brand{font:600 .8rem/1 var(--sans);letter-spacing:.14em;text-transform:uppercase;color:var(--accent);margin-bottom:14px}
.notice{margin-top:20px;max-width:68ch;padding:12px 16px;background:var(--unknown-soft);border-left:4px solid var(--unknown);border-radius:0 var(--radius) var(--radius) 0}
.figures{display:flex;flex-wrap:wrap;gap:18px 44px;margin-top:32px}
.figure{display:flex;flex-direction:column-reverse;justify-content:flex-end}
.figure dt{font-size:.875rem;color:var(--quiet)}
.figure dd{font:600 2.1rem/1.1 var(--serif);letter-spacing:-.02em}
.figure.strong dd{color:var(--accent)}
.figure small{font:400 .8125rem/1 var(--sans);letter-spacing:0;color:var(--quiet);margin-left:8px}

nav{position:sticky;top:0;z-index:5;background:var(--paper);border-block:1px solid var(--line)}
nav ul{display:flex;gap:4px 22px;overflow-x:auto;scrollbar-width:none}
nav a{display:block;padding:12px 0;white-space:nowrap;color:var(--ink);text-decoration:none;font-size:.9375rem}
nav a:hover{color:var(--accent)}

section{padding-block:clamp(36px,5vw,60px) 0}
.section-head{margin-bottom:20px}
.section-head p{color:var(--quiet);max-width:76ch;margin-top:8px}
.section-head b{color:var(--ink);font-weight:600}
footer{margin-top:64px;padding-block:20px 40px;border-top:1px solid var(--line);color:var(--quiet);font-size:.875rem}

.photos{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,330px),1fr));gap:24px;align-items:start}
.photo{background:var(--card);border:1px solid var(--line);border-radius:var(--radius);overflow:hidden;break-inside:avoid}
.picture{position:relative;background:var(--soft);overflow:hidden}
.picture img{width:100%;height:100%;object-fit:cover}
.frame{position:absolute;border:2px solid #fff;border-radius:5px;box-shadow:0 0 0 1px #000a,inset 0 0 0 1px #0006;transition:box-shadow .15s}
.frame span,.number{display:grid;place-items:center;min-width:20px;height:20px;padding:0 4px;border-radius:10px;background:#fff;color:#16171b;font:700 12px/1 var(--sans);box-shadow:0 0 0 1px #000a}
.frame span{position:absolute;left:-8px;top:-10px}
.frame.unknown{border-style:dashed}
.frame.wrong{border-color:#ff9d5c}.frame.wrong span{background:#ff9d5c}
.frame.on,.frame:hover,.frame:focus-visible{outline:0;box-shadow:0 0 0 1px #000a,0 0 0 4px #58b2ff}
figcaption{padding:12px 16px 14px}
.answers{margin-top:6px}
.answer{border-radius:6px;scroll-margin-block:80px}
.answer.on,.answer:target{background:var(--soft)}
.answer summary,.answer{cursor:default}
.answer summary{display:flex;align-items:center;gap:8px;padding:3px 4px;cursor:pointer;list-style:none;flex-wrap:wrap}
.answer summary::-webkit-details-marker{display:none}
.answer summary .name,.answer summary em{font-weight:600}
.number{background:var(--soft);color:var(--ink);box-shadow:inset 0 0 0 1px var(--line);font-weight:600}
.answer .value{margin-left:auto;color:var(--quiet)}
.answer .mark{width:100%;padding-left:28px;color:var(--wrong);font-size:.875rem}
.answer .candidates{padding:2px 4px 8px 32px}

.candidates li{position:relative;display:flex;justify-content:space-between;gap:8px;font-size:.8125rem;line-height:1.3;padding:3px 0 6px;color:var(--quiet)}
.candidates li:first-child{color:var(--ink)}
.bar{position:absolute;left:0;bottom:1px;width:100%;height:3px;border-radius:2px;background:linear-gradient(to right,var(--accent) calc(var(--share)*100%),var(--line) 0)}
.value{white-space:nowrap}

.people{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,225px),1fr));gap:14px 20px}
.people li{display:flex;gap:12px;align-items:center;break-inside:avoid}
.people img{width:64px;height:64px;border-radius:50%;object-fit:cover;background:var(--soft);flex:none}
.people .name{font-weight:600;line-height:1.2}
.people .quiet{font-size:.8125rem}
.people .wrong .tally{color:var(--wrong);font-weight:600}
.people .wrong img{box-shadow:0 0 0 3px var(--wrong)}

.scroll{position:relative;overflow-x:auto;max-width:100%;contain:inline-size}
table{border-collapse:collapse}
caption{text-align:left;color:var(--quiet);font-size:.875rem;padding-bottom:10px;caption-side:top}
.plain{min-width:min(100%,520px)}
.plain.wide{width:100%}
.plain th,.plain td{padding:8px 24px 8px 0;text-align:right;border-bottom:1px solid var(--line);vertical-align:top;white-space:nowrap}
.plain.wide td{white-space:normal}
.plain.wide .file{min-width:18ch}
.plain th:first-child,.plain td:first-child,.plain.wide th,.plain.wide td{text-align:left}
.plain thead th{font-weight:400;color:var(--quiet);font-size:.875rem}
.plain tbody th{font-weight:600}
.plain .strong{font-weight:600;color:var(--accent)}
.plain code{font:.8125rem var(--mono);color:var(--quiet)}
.plain .share{width:180px;position:relative}
.plain .share .bar{position:relative;display:block;bottom:auto;margin-top:9px;height:6px;width:160px}

.matrix{font-size:.8125rem}
.matrix th{font-weight:400;text-align:right;padding:0 8px 0 0;white-space:nowrap;max-width:180px;overflow:hidden;text-overflow:ellipsis}
.matrix tbody th{position:sticky;left:0;background:var(--paper)}
.matrix thead th{height:112px;padding:0;vertical-align:bottom;overflow:visible;max-width:none}
.matrix thead th span{display:block;width:30px;writing-mode:vertical-rl;transform:rotate(180deg);text-align:left;max-height:112px;overflow:hidden;padding-block:4px;line-height:30px}
.matrix td{width:30px;min-width:30px;height:30px;text-align:center;border:1px solid var(--line);padding:0}
.matrix thead td{border:0}
.matrix .hit{background:rgba(var(--accent-rgb),calc(.18 + .62*var(--share)));color:var(--accent-ink);font-weight:600}
.matrix .miss{background:rgba(var(--wrong-rgb),calc(.35 + .5*var(--share)));color:#111;font-weight:700;outline:2px solid var(--wrong);outline-offset:-2px}
.matrix .hit[style*=":0."]{color:var(--ink)}
.matrix .diagonal{background:repeating-linear-gradient(45deg,transparent 0 4px,var(--line) 4px 5px)}

.filter{display:flex;flex-wrap:wrap;gap:8px;align-items:center;margin-bottom:18px}
.filter button,.chips button,.copy,.more{border:1px solid var(--line);background:var(--card);border-radius:999px;padding:6px 14px;min-height:36px;cursor:pointer;font-size:.9375rem}
.filter button span{color:var(--quiet);margin-left:4px}
.filter button[aria-pressed=true]{background:var(--accent);border-color:var(--accent);color:var(--accent-ink)}
.filter button[aria-pressed=true] span{color:inherit;opacity:.85}
.filter button:hover,.chips button:hover,.copy:hover,.more:hover{border-color:var(--accent)}
.filter label{display:flex;gap:8px;align-items:center;margin-left:auto;color:var(--quiet);font-size:.9375rem}
.filter input{border:1px solid var(--line);background:var(--card);border-radius:999px;padding:6px 14px;min-height:36px;width:180px;max-width:46vw;color:var(--ink)}
.filter output{color:var(--quiet);font-size:.875rem}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,264px),1fr));gap:14px}
.card{display:grid;grid-template-columns:96px 1fr;gap:8px 14px;background:var(--card);border:1px solid var(--line);border-radius:var(--radius);padding:12px;break-inside:avoid;align-content:start}
.card img{width:96px;height:96px;object-fit:cover;border-radius:6px;background:var(--soft)}
.card .candidates,.card>.file{grid-column:1/-1}
.card>.file{font-size:.75rem;line-height:1.35}
.card .mark{font-size:.8125rem;font-weight:600;color:var(--right)}
.card .mark{display:flex;justify-content:space-between;gap:8px}
.card .mark .value{color:var(--quiet);font-weight:400}
.card dl{margin-top:2px}
.card dt{font-size:.75rem;line-height:1.2;color:var(--quiet);margin-top:4px}
.card dd{line-height:1.25;font-size:.9375rem}
.card .predicted .name{font-weight:600}
.more{margin:16px auto 0;display:block}
@media screen{.cards.short .late{display:none}}
.card.wrong{background:var(--wrong-soft);border-color:var(--wrong);box-shadow:inset 4px 0 0 var(--wrong)}
.card.wrong .mark{color:var(--wrong)}
.card.wrong .predicted .name{text-decoration:line-through;text-decoration-thickness:1px}
.card.unknown{background:var(--unknown-soft);border-color:var(--unknown);border-style:dashed}
.card.unknown .mark{color:var(--unknown)}

.legend{display:flex;flex-wrap:wrap;align-items:center;gap:4px 8px;color:var(--quiet);font-size:.875rem;margin-bottom:10px}
.legend svg{width:16px;height:16px;margin-left:10px}.legend svg:first-child{margin-left:0}
.plainmark{fill:var(--quiet)}
circle.plainmark{fill-opacity:.45}
.plainmark.wrong{fill:none;stroke:var(--wrong);stroke-width:4}
.plane{position:relative;background:var(--card);border:1px solid var(--line);border-radius:var(--radius);touch-action:pan-y;cursor:crosshair}
.plane>svg{display:block;width:100%;height:auto}
.markers circle{fill:currentColor;fill-opacity:.4;stroke:none}
.markers path{fill:currentColor;stroke:var(--card);stroke-width:1.5}
.markers .wrong{stroke:var(--wrong);stroke-width:4;fill:none}
.labels text{font:600 14px var(--sans);text-anchor:middle;fill:currentColor;paint-order:stroke;stroke:var(--card);stroke-width:4px;stroke-linejoin:round;pointer-events:none}
.dim [data-person]{opacity:.12;transition:opacity .12s}.dim [data-person].on{opacity:1}
.cursor{fill:none;stroke:var(--ink);stroke-width:2.5;pointer-events:none}
.hue-0{color:var(--hue-0)}.hue-1{color:var(--hue-1)}.hue-2{color:var(--hue-2)}.hue-3{color:var(--hue-3)}.hue-4{color:var(--hue-4)}.hue-5{color:var(--hue-5)}.hue-6{color:var(--hue-6)}
.tip{position:absolute;display:flex;gap:12px;align-items:center;max-width:min(320px,90%);background:var(--card);border:1px solid var(--line);border-radius:var(--radius);box-shadow:0 6px 24px #0003;padding:8px 14px 8px 8px;pointer-events:none;font-size:.875rem;line-height:1.35}
.tip img{width:80px;height:80px;object-fit:cover;border-radius:6px;flex:none}
.tip .name{display:block;font-weight:600;font-size:1rem}
.tip span,.tip small{display:block}.tip small{color:var(--quiet);overflow-wrap:anywhere}
.chips{display:flex;flex-wrap:wrap;gap:6px;margin-top:12px}
.chips button{display:flex;align-items:center;gap:7px;padding:3px 12px;min-height:32px;font-size:.8125rem}
.chips i{width:10px;height:10px;border-radius:50%;background:currentColor}
.chips button[aria-pressed=true]{border-color:var(--ink);box-shadow:inset 0 0 0 1px var(--ink)}

.settings{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,240px),1fr));gap:12px 28px}
.settings dt{font-size:.8125rem;color:var(--quiet)}
.settings dd{overflow-wrap:anywhere}
.commands{margin-top:26px;display:grid;gap:14px}
.commands li{display:grid;grid-template-columns:minmax(0,1fr) auto;gap:4px 10px;align-items:center}
.commands p{grid-column:1/-1;color:var(--quiet);font-size:.875rem}
pre{margin:0;overflow-x:auto;background:var(--soft);border-radius:8px;padding:10px 14px;font:.875rem/1.45 var(--mono)}

@media (max-width:560px){
  .figures{display:grid;grid-template-columns:1fr 1fr;gap:18px 16px}
  .figure dd{font-size:1.7rem}.figure small{display:block;margin:4px 0 0}
  .filter label{margin-left:0;width:100%}.filter input{flex:1;max-width:none}
  .people{grid-template-columns:1fr 1fr;gap:14px 12px}.people img{width:48px;height:48px}.people li{gap:8px}
  .cards{gap:10px}.card{grid-template-columns:72px 1fr}.card img{width:72px;height:72px}
  .card dl{display:grid;grid-template-columns:auto minmax(0,1fr);gap:0 8px;align-items:baseline}
  .times .share,.times thead th:last-child{display:none}
  pre{white-space:pre-wrap;overflow-wrap:anywhere}
  .labels.many text:not(.on){display:none}
  .labels text{font-size:24px;stroke-width:6px}
  .markers circle{r:9px}.markers path{stroke-width:3}
  .plain th,.plain td{padding-right:14px}
}
@media print{
  :root{--paper:#fff;--card:#fff;--ink:#000;--quiet:#444;--line:#bbb;--soft:#f2f2f2;--accent:#0a5ea8;--accent-rgb:10,94,168;--wrong:#b03a00;--wrong-rgb:213,94,0;--wrong-soft:#fff;--unknown:#6d5300;--unknown-soft:#fff;--right:#0a5ea8;
    --hue-0:#0072b2;--hue-1:#d55e00;--hue-2:#009e73;--hue-3:#b8568f;--hue-4:#a47700;--hue-5:#3a9bd6;--hue-6:#54565e;color-scheme:light}
  *{print-color-adjust:exact;-webkit-print-color-adjust:exact}
  body{font-size:11pt}
  nav,.filter,.chips,.copy,.more,.skip,.tip{display:none!important}
  .scroll{overflow:visible}
  h2,h3{break-after:avoid}tr,figure.map{break-inside:avoid}
  section{padding-top:24pt}
  .photos{grid-template-columns:1fr 1fr}
  .cards{grid-template-columns:repeat(3,1fr)}
}
`;
