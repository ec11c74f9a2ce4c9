import { AjvCompiler } from '@fastify/ajv-compiler';
import { UploadedFile } from './uploaded-file.ts';

type BuildValidator = ReturnType<typeof AjvCompiler>;
type ValidatorOptions = NonNullable<Parameters<BuildValidator>[1]>;

/** The keyword `isFile` of schemas: a file of a form. */
export const fileKeyword: NonNullable<ValidatorOptions['plugins']>[number] = (ajv) =>
  ajv.addKeyword({
    keyword: 'isFile',
    schemaType: 'boolean',
    errors: false,
    validate: (_: boolean, value: unknown) => value instanceof UploadedFile,
  });

const build = AjvCompiler();

/**
 * Validators of requests: queries and paths are text, which becomes what their schema says; a body has types of
 * its own, and `null` there is no 0.
 */
export const buildValidator: BuildValidator = (schemas, options) => {
  const ofText = build(schemas, options);
  const ofBodies = build(schemas, {
    ...options,
    customOptions: { ...options?.customOptions, coerceTypes: false },
  } as ValidatorOptions);
  return (...route) =>
    ((route[0] as { httpPart?: string }).httpPart === 'body' ? ofBodies : ofText)(...route);
};
