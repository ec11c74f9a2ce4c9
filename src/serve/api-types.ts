/** What the routes take and give, for clients in TypeScript; the page is one. */
import type { Static } from 'typebox';
import type * as faces from './schemas/faces.ts';
import type { FailureSchema } from './schemas/failure.ts';
import type * as geometry from './schemas/geometry.ts';
import type * as keys from './schemas/keys.ts';
import type * as people from './schemas/people.ts';
import type * as remembered from './schemas/remembered.ts';
import type * as server from './schemas/server.ts';

export type ApiBox = Static<typeof geometry.BoxSchema>;
export type ApiFailureBody = Static<typeof FailureSchema>;
export type ApiCaller = Static<typeof keys.CallerSchema>;
export type ApiStatus = Static<typeof server.StatusSchema>;
export type ApiIdentifiedFace = Static<typeof faces.IdentifiedFaceSchema>;
export type ApiCandidate = Static<typeof faces.CandidateSchema>;
export type ApiIdentifyAnswer = Static<typeof faces.IdentifyAnswerSchema>;
export type ApiPerson = Static<typeof people.PersonSchema>;
export type ApiPersonInList = Static<typeof people.PersonInListSchema>;
export type ApiPeople = Static<typeof people.PeopleSchema>;
export type ApiExample = Static<typeof people.ExampleSchema>;
export type ApiPersonDetails = Static<typeof people.PersonDetailsSchema>;
export type ApiDeletion = Static<typeof people.DeletionSchema>;
export type ApiWarning = Static<typeof people.WarningSchema>;
export type ApiEnrolAnswer = Static<typeof people.EnrolAnswerSchema>;
export type ApiRememberedFace = Static<typeof remembered.RememberedFaceSchema>;
export type ApiClusters = Static<typeof remembered.ClustersSchema>;
