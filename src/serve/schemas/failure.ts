import { Type } from 'typebox';

/** Every failure, with the status of its row in the error table. */
export const FailureSchema = Type.Object(
  {
    error: Type.Object({
      code: Type.String({ description: 'A row of docs/errors.md; codes stay, sentences may be improved.' }),
      message: Type.String(),
      hint: Type.String({ description: 'What to do next.' }),
    }),
    requestId: Type.String({ description: 'As in the header x-request-id and the log.' }),
  },
  { description: 'What was wrong, and what to do next.' },
);

/** Answers that any route may give. */
export const failures = { '4xx': FailureSchema, '5xx': FailureSchema } as const;
