/** What the contact sheet adds to the report's stylesheet. */
export const sheetStyle = `
.sheet{padding-bottom:96px}
.clusters{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,300px),1fr));gap:20px;align-items:start;grid-auto-flow:row dense}
.cluster{background:var(--card);border:1px solid var(--line);border-radius:var(--radius);padding:16px;break-inside:avoid;scroll-margin-top:24px;min-width:0}
.cluster.wide{grid-column:1/-1}
.cluster>header{display:grid;grid-template-columns:auto minmax(0,1fr);gap:0 12px;align-items:center;margin-bottom:14px}
.cluster h3{margin:0;font-size:1.15rem;line-height:1.2;overflow-wrap:anywhere}
.cluster .nobody{color:var(--quiet);font-style:italic;font-weight:400}
.cluster>header p{grid-column:2}
.cluster .number{grid-row:1/3;min-width:44px;height:44px;border:1px solid var(--line);border-radius:22px;box-shadow:none;font:600 1rem/1 var(--sans);padding:0 10px;cursor:pointer;background:var(--soft)}
.cluster .number:hover{border-color:var(--accent)}
.faces{display:grid;grid-template-columns:repeat(auto-fill,minmax(72px,1fr));gap:6px;grid-auto-flow:row dense}
.cluster .faces>li:first-child{grid-area:span 2/span 2}
.cluster:not(.wide) .faces{grid-template-columns:repeat(4,minmax(0,1fr))}
.faces.alone{grid-template-columns:repeat(auto-fill,minmax(84px,1fr));gap:8px}
.face{display:block;width:100%;padding:0;border:0;background:var(--soft);border-radius:8px;overflow:hidden;aspect-ratio:1;cursor:pointer;position:relative}
.face img{width:100%;height:100%;object-fit:cover;transition:transform .15s}
.face:hover img{transform:scale(1.06)}
.face:focus-visible,.cluster .number:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.face[aria-pressed=true]{outline:3px solid var(--accent);outline-offset:1px}
.face[aria-pressed=true]::after{content:"✓";position:absolute;right:4px;top:4px;width:22px;height:22px;border-radius:11px;display:grid;place-items:center;background:var(--accent);color:var(--accent-ink);font:700 14px/1 var(--sans)}
.number[aria-pressed=true]{background:var(--accent)!important;color:var(--accent-ink);border-color:var(--accent)!important}
.rest{margin-top:10px}
.chosen{position:fixed;inset:auto 0 0 0;z-index:8;background:var(--card);border-top:1px solid var(--line);box-shadow:0 -8px 28px #0002;display:grid;grid-template-columns:minmax(0,1fr) auto;gap:8px 20px;align-items:center;padding:12px clamp(16px,4vw,40px) calc(12px + env(safe-area-inset-bottom))}
.chosen p{font-weight:600;overflow-wrap:anywhere;line-height:1.35}
.chosen #chosen-commands{grid-column:1/-1;grid-row:2;display:grid;gap:8px}
.chosen button{border:1px solid var(--line);background:var(--card);border-radius:999px;padding:6px 14px;min-height:36px;cursor:pointer;font-size:.9375rem}
.chosen button:hover{border-color:var(--accent)}
.chosen .command{display:grid;grid-template-columns:auto minmax(0,1fr);gap:4px 12px;align-items:center}
.chosen .command code{font:.8125rem/1.4 var(--mono);color:var(--quiet);overflow-wrap:anywhere}
.chosen .command button{min-width:13.5rem}
@media (max-width:560px){
  .clusters{gap:14px}.cluster{padding:12px}
  .faces{grid-template-columns:repeat(auto-fill,minmax(60px,1fr))}
  .faces.alone{grid-template-columns:repeat(auto-fill,minmax(64px,1fr))}
  .chosen .command{grid-template-columns:1fr}.chosen .command button{min-width:0}
  .chosen p,.chosen .command code{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;overflow:hidden}
  .chosen p{font-size:.875rem}
}
@media print{.chosen{display:none}.sheet{padding-bottom:0}.cluster>header .number{border:0;background:none}}
`;
