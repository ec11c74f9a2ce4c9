import type { DefineVerb, RegisterAction } from '../run.ts';

/** A verb that does nothing by itself: what it does is named by the word that follows. */
export interface VerbWithActions {
  /** What the word is called in the usage, and above the list of them. */
  readonly word?: readonly [string, string];
  readonly description: string;
  readonly examples: string;
  /** In the order of the help. */
  readonly actions: readonly RegisterAction[];
}

export const withActions =
  ({
    word: [word, heading] = ['action', 'Actions'],
    description,
    examples,
    actions,
  }: VerbWithActions): DefineVerb =>
  (verb, run) => {
    verb
      .usage(`<${word}> [arguments]`)
      .description(description)
      .helpCommand(false)
      .addHelpText('after', `${examples}\n\nEach explains itself: visage ${verb.name()} <${word}> --help`)
      .commandsGroup(`${heading}:`);
    for (const register of actions) register(verb, run);
  };
