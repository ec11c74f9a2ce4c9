/** Sets environment variables of this process. @returns what gives them the values again that they had */
export function setEnvironment(values: Readonly<Record<string, string>>): () => void {
  const earlier = Object.keys(values).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, values);
  return () => {
    for (const [name, value] of earlier) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
}
