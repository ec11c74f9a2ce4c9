import { render } from 'preact';
import { App } from './app/app.tsx';
import { openSession } from './state/session.ts';

// A photo that misses its place must not replace the page.
for (const type of ['dragover', 'drop']) addEventListener(type, (event) => event.preventDefault());

void openSession();
render(<App />, document.querySelector('#app')!);
