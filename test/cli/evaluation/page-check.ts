/**
 * What is wrong with a page that should be self-contained: addresses of other places, scripts, tags that do not
 * end, values that came out as no number.
 */
export function htmlTroubles(page: string): string[] {
  const troubles: string[] = [];
  const addresses = page.matchAll(/(?:src|href|action|poster|xlink:href)="([^"]*)"|url\(([^)]*)\)/g);
  for (const [, attribute, style] of addresses) {
    const address = attribute ?? style!;
    if (!/^(?:#|data:)/.test(address)) troubles.push(`address ${address}`);
  }
  for (const [found] of page.matchAll(/https?:\/\/(?!www\.w3\.org\/)[^\s"<]*/g))
    troubles.push(`address ${found}`);
  if (/<script/i.test(page)) troubles.push('a script');
  for (const [found] of page.matchAll(/[^\w](NaN|undefined|Infinity|\[object)[^\w]/g))
    troubles.push(`${found} shown`);
  for (const tag of ['section', 'figure', 'svg', 'table', 'div', 'details', 'ul', 'li', 'g', 'p', 'bdi']) {
    const opened = page.match(new RegExp(`<${tag}[ >]`, 'g'))?.length ?? 0;
    const closed = page.match(new RegExp(`</${tag}>`, 'g'))?.length ?? 0;
    if (opened !== closed) troubles.push(`${opened} <${tag}> and ${closed} </${tag}>`);
  }
  return troubles;
}
