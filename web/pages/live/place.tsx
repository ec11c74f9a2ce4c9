import type { JSX } from 'preact';
import { Store } from '../../state/store.ts';

/** Where faces are found and embedded. */
export type Place = 'browser' | 'server';

interface Choice {
  readonly place: Place;
  /** Why it could not be the browser. */
  readonly because?: string;
}

/** Stays while the page is open: whoever comes back to the live view finds it as it was. */
export const choice = new Store<Choice>({ place: 'browser' });

const choices = [
  ['browser', 'In this browser'],
  ['server', 'On the server'],
] as const;

/** Says where pictures are looked at, and lets it be changed. */
export const PlaceSwitch = ({ place, because }: Choice): JSX.Element => (
  <div class="place">
    <fieldset class="segments">
      <legend class="hidden">Where pictures are looked at</legend>
      {choices.map(([value, label]) => (
        <label key={value}>
          <input
            type="radio"
            name="place"
            checked={place === value}
            onChange={() => choice.set({ place: value })}
          />
          <span>{label}</span>
        </label>
      ))}
    </fieldset>
    <p class="quiet">
      {place === 'browser'
        ? 'Pictures stay here. Of each face only its numbers go to the server, which knows the names.'
        : 'Each picture goes to the server, is looked at there and dropped.'}
    </p>
    {because !== undefined && <p class="because">Not in this browser, because {because}.</p>}
  </div>
);
