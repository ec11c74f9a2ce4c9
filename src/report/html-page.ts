import { createHash } from 'node:crypto';
import { html, Markup } from './markup.ts';

/** A self-contained page. */
export interface HtmlPage {
  /** Without the name of the program, which follows it. */
  readonly title: string;
  readonly style: string;
  /** Runs at the end of the page; absent: the page has no script, and none can run. */
  readonly script?: string;
  /** Attributes of the body. */
  readonly attributes?: Markup;
  /** What the link at the very top leads to, the element `main`, is called. */
  readonly skipTo: string;
  readonly body: Markup;
}

/**
 * What a browser may do with a page: nothing from elsewhere, pictures from `data:` addresses, and no script but
 * ours, known by its hash, so that a name can never run (CSP level 3).
 */
function contentPolicy(script: string | undefined): string {
  const own =
    script === undefined
      ? ''
      : ` script-src 'sha256-${createHash('sha256').update(script).digest('base64')}';`;
  return `default-src 'none'; img-src data:; style-src 'unsafe-inline';${own} base-uri 'none'; form-action 'none'`;
}

/** The page as HTML that asks nothing of any other place. Pure: same page, same bytes. */
export function htmlPage({ title, style, script, attributes, skipTo, body }: HtmlPage): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy(script)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Visage</title>
<link rel="icon" href="data:,">
<style>${new Markup(style)}</style>
</head>
<body${attributes !== undefined && html` ${attributes}`}>
<a class="skip" href="#main">Skip to the ${skipTo}</a>
${body}${script !== undefined && html`<script>${new Markup(script)}</script>\n`}</body>
</html>
`;
  return page.text;
}
