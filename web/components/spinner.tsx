import type { JSX } from 'preact';

/** Work goes on; `text` says which. */
export const Spinner = ({ text }: { readonly text: string }): JSX.Element => (
  <p class="spinner" role="status">
    <span class="wheel" aria-hidden="true" />
    {text}
  </p>
);
