import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import { people } from '../state/people.ts';
import { useStore } from '../state/store.ts';

interface NameFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onInput: (name: string) => void;
  readonly placeholder?: string;
  readonly disabled?: boolean;
}

/** A name; those of the gallery are offered. */
export function NameField({ label, value, onInput, placeholder, disabled }: NameFieldProps): JSX.Element {
  const id = useId();
  const known = useStore(people) ?? [];
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="text"
        list={`${id}-names`}
        value={value}
        maxLength={200}
        autocomplete="off"
        autocapitalize="words"
        spellcheck={false}
        placeholder={placeholder}
        disabled={disabled}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      <datalist id={`${id}-names`}>
        {known.map(({ id, name }) => (
          <option key={id} value={name} />
        ))}
      </datalist>
    </div>
  );
}
