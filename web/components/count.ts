/** `3 photos`, `1 photo`. */
export const count = (number: number, one: string, many: string = `${one}s`): string =>
  `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
