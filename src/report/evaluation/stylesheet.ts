/** What evaluation pages add to the report's stylesheet: figures, their legends, comparisons, pairs of faces. */
export const evaluationStylesheet = `
.plot{background:var(--card);border:1px solid var(--line);border-radius:var(--radius);padding:14px 10px 8px;break-inside:avoid}
.drawing{--plot-background:var(--card);display:block;width:100%;max-width:860px;height:auto;margin-inline:auto;overflow:visible;font-family:var(--sans);color:var(--ink)}
.drawing text{white-space:pre}
.plot .narrow{display:none}
.series{display:flex;flex-wrap:wrap;gap:4px 22px;margin:0 0 10px;font-size:.9375rem}
.series li{display:flex;align-items:center;gap:8px}
.series .area{width:22px;height:14px;border-radius:3px;border:2px solid currentColor;position:relative;overflow:hidden}
.series .area::before{content:"";position:absolute;inset:0;background:currentColor;opacity:.28}
.series .area.dashed{border-style:dashed}
.series li>.area+bdi,.series li>.area+span{color:var(--ink)}
.numbers{margin-top:8px}
.numbers summary{cursor:pointer;color:var(--quiet);font-size:.875rem;padding:6px 0;width:fit-content}
.numbers[open] summary{margin-bottom:6px}
.beside{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,460px),1fr));gap:20px}
.beside .plot{padding-inline:4px}
.beside h3{margin-top:0}
.beside .plot .wide{display:none}.beside .plot .narrow{display:block}.beside .drawing{max-width:480px}
.compare td small,.compare th small{display:block;color:var(--quiet);font-weight:400;font-size:.8125rem;white-space:nowrap}
.compare th[scope=row] small{white-space:normal}
.compare th[scope=row]{text-align:left;white-space:normal;min-width:18ch}
.compare .rough{font-style:italic}
.compare .none{color:var(--quiet);font-size:.875rem;white-space:normal;max-width:26ch}
.mark-swatch{display:inline-block;width:10px;height:10px;border-radius:50%;margin-right:6px;background:currentColor}
.pairs{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,250px),1fr));gap:14px}
.pair{background:var(--card);border:1px solid var(--line);border-radius:var(--radius);padding:12px;break-inside:avoid}
.pair .two{display:grid;grid-template-columns:1fr 1fr;gap:6px}
.pair img,.pair .noface{width:100%;aspect-ratio:1;object-fit:cover;border-radius:6px;background:var(--soft)}
.pair .noface{display:grid;place-items:center;color:var(--quiet);font-size:.875rem}
.pair p{font-size:.875rem;line-height:1.35;margin-top:6px}
.pairs.single{grid-template-columns:repeat(auto-fill,minmax(150px,1fr))}
.pair .value{font-weight:600}
.pair .said .name{font-weight:400}
.pair .said{color:var(--wrong)}
.pair .name{font-weight:600}
.pair .file{font-size:.75rem}
.mixes{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,340px),1fr));gap:16px;align-items:start}
.mix{background:var(--card);border:1px solid var(--line);border-radius:var(--radius);padding:14px;break-inside:avoid;min-width:0}
.mix h4{margin:0;font-size:1rem;line-height:1.3;overflow-wrap:anywhere}
.mix .parts{display:grid;grid-template-columns:repeat(auto-fill,minmax(140px,1fr));gap:12px;margin-top:10px}
.mix .strip{display:grid;grid-template-columns:repeat(4,minmax(0,1fr));gap:3px}
.mix .strip>div:first-child{grid-area:span 3/span 3}
.mix img,.mix .noface{width:100%;aspect-ratio:1;object-fit:cover;border-radius:6px;background:var(--soft)}
.mix .noface{display:grid;place-items:center;color:var(--quiet);font-size:.75rem;text-align:center}
.mix .parts p{font-size:.875rem;line-height:1.3;margin-top:4px}
.mix .rest{margin-top:8px}
.note{max-width:76ch;margin-top:12px;color:var(--quiet);font-size:.9375rem}
.note+.note{margin-top:6px}
h3+.quiet{margin-bottom:12px}
@media (max-width:640px){
  .plot{padding:10px 2px 4px}
  .plot .wide{display:none}.plot .narrow{display:block}
  .drawing{max-width:440px}
  .compare th[scope=row]{min-width:14ch}.compare .none{max-width:16ch}
  .pairs,.pairs.single{grid-template-columns:1fr 1fr;gap:10px}.pair{padding:8px}
}
@media print{main>section>.plot .wide{display:block}main>section>.plot .narrow{display:none}}
`;
